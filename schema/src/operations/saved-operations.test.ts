import { describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { parseSavedOperations, validateOperation } from './saved-operations.js';

const problemsOf = (...files: ReadonlyArray<readonly [fileName: string, text: string]>) =>
  parseSavedOperations(files.map(([fileName, text]) => ({ fileName, text }))).problems;

describe('parseSavedOperations', () => {
  it('gives each operation by its name', () => {
    const { operations, problems } = parseSavedOperations([
      { fileName: 'Books.graphql', text: 'query Books { books }' },
    ]);
    expect(problems).toEqual([]);
    expect(operations).toMatchObject([{ name: 'Books', fileName: 'Books.graphql' }]);
  });

  it.each([
    ['two operations', 'query Books { a } query More { b }', 'it holds 2 operations'],
    ['no operation', 'fragment F on Book { a }', 'it holds 0 operations'],
    ['another name', 'query Boks { a }', 'its operation is called Boks: call it Books'],
    ['no name', '{ a }', 'its operation is called nothing: call it Books'],
    ['a syntax error', 'query Books {\n  a(\n}', '(line 3)'],
  ])('refuses a file with %s', (_what, text, message) => {
    const [problem] = problemsOf(['Books.graphql', text]);
    expect(problem).toMatchObject({
      fileName: 'Books.graphql',
      message: expect.stringContaining(message) as unknown,
    });
  });

  it('refuses a fragment name that another file has', () => {
    const fragment = 'fragment Same on Book { a }';
    const problems = problemsOf(
      ['A.graphql', `query A { b { ...Same } } ${fragment}`],
      ['B.graphql', `query B { b { ...Same } } ${fragment}`],
    );
    expect(problems).toEqual([
      {
        fileName: 'B.graphql',
        message: 'the fragment Same is in A.graphql too: give one of them another name',
      },
    ]);
  });
});

describe('validateOperation', () => {
  it('says what the schema does not have, and where', () => {
    const [operation] = parseSavedOperations([
      { fileName: 'Books.graphql', text: 'query Books {\n  boks\n}' },
    ]).operations;
    expect(validateOperation(buildSchema('type Query { books: Int }'), operation!)).toEqual([
      {
        fileName: 'Books.graphql',
        message: 'Cannot query field "boks" on type "Query". Did you mean "books"? (line 2)',
      },
    ]);
  });
});
