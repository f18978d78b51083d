import { describe, expect, it } from '@jest/globals';
import type { SavedOperation } from '../operations/saved-operations.js';
import { parseSavedOperations } from '../operations/saved-operations.js';
import { compareSchemas } from './schema-changes.js';

const published = `
  type Query { book(isbn: ID!): Book  find(filter: Filter): [Result!]  shelf: String }
  type Book { isbn: ID!  title: String  binding: Binding }
  type Film { id: ID! }
  union Result = Book | Film
  enum Binding { HARDCOVER PAPERBACK }
  input Filter { title: String  period: Period }
  input Period { from: Int }
`;

function saved(texts: Readonly<Record<string, string>>): ReadonlyArray<SavedOperation> {
  const files = Object.entries(texts).map(([name, text]) => ({ fileName: `${name}.graphql`, text }));
  return parseSavedOperations(files).operations;
}

const operations = saved({
  BookPage:
    'query BookPage($isbn: ID!) { book(isbn: $isbn) { ...BookPageBook } } fragment BookPageBook on Book { title binding }',
  Search: 'query Search($filter: Filter) { find(filter: $filter) { ... on Film { id } } }',
});

async function changesOf(before: string, after: string) {
  return compareSchemas(published, published.replace(before, after), operations);
}

describe('compareSchemas', () => {
  it('finds nothing between equal schemas', async () => {
    expect(await compareSchemas(published, published, operations)).toEqual([]);
  });

  it.each([
    ['a removed field', 'title: String  binding', 'binding', 'breaking', 'Book.title', ['BookPage']],
    ['a removed field that nobody asks for', ' shelf: String', '', 'breaking', 'Query.shelf', []],
    ['a field that becomes nullable', 'isbn: ID!  title', 'isbn: ID  title', 'breaking', 'Book.isbn', []],
    [
      'a removed enum value',
      'HARDCOVER PAPERBACK',
      'HARDCOVER',
      'breaking',
      'Binding.PAPERBACK',
      ['BookPage'],
    ],
    ['a removed union member', 'Book | Film', 'Film', 'breaking', 'Result', ['Search']],
    ['a removed field of an input', 'from: Int', 'to: Int', 'breaking', 'Period.from', ['Search']],
    [
      'a new enum value',
      'HARDCOVER PAPERBACK',
      'HARDCOVER PAPERBACK CLOTH',
      'dangerous',
      'Binding.CLOTH',
      ['BookPage'],
    ],
    [
      'a new required argument',
      'book(isbn: ID!)',
      'book(isbn: ID! edition: Int!)',
      'breaking',
      'Query.book.edition',
      ['BookPage'],
    ],
    ['a new field', 'shelf: String', 'shelf: String place: String', 'safe', 'Query.place', []],
  ])('judges %s', async (_what, before, after, criticality, path, usedBy) => {
    expect(published).toContain(before);
    expect((await changesOf(before, after))[0]).toMatchObject({ criticality, path, usedBy });
  });

  it('tells of what is new once, without all that came with it', async () => {
    const changes = await compareSchemas(
      published,
      published.replace('shelf: String', 'shelf: String "Where." place(floor: Int!): Place @deprecated') +
        '"A place." type Place { "Its name." name: String kind: Kind } enum Kind { ROOM }',
      operations,
    );
    expect(changes.map(({ path }) => path).sort()).toEqual(['Kind', 'Place', 'Query.place']);
  });

  it('names each change by a key of its own, and the breaking ones first', async () => {
    const changes = await compareSchemas(
      published.replace(
        'union Result = Book | Film',
        'type Disc { id: ID! } type Map { id: ID! } union Result = Book | Film | Disc | Map',
      ),
      published.replace('shelf: String', 'place: String'),
      [],
    );
    expect(new Set(changes.map(({ key }) => key)).size).toBe(changes.length);
    expect(changes.at(-1)).toMatchObject({ criticality: 'safe' });
    expect(changes.map(({ key }) => key)).toContain(
      "FIELD_REMOVED: Field 'shelf' was removed from object type 'Query'",
    );
    expect(changes.filter(({ path }) => path === 'Result').map(({ key }) => key)).toHaveLength(2);
  });
});
