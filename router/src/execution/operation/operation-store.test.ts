import { describe, expect, it } from '@jest/globals';
import { buildSchema, getOperationAST, parse } from 'graphql';
import type { Planner } from '../plan/planner.js';
import { OperationStore, type ValidatedOperation } from './operation-store.js';

const schema = buildSchema('type Query { a: Int b: Int secret: Int }');

function store(): { readonly operations: OperationStore; readonly planned: string[] } {
  const planned: string[] = [];
  const planner: Planner = {
    schema,
    supergraphSchema: schema,
    freeNames: () => undefined,
    plansConditions: () => true,
    plan: (document) => {
      planned.push(document.loc?.source.body ?? 'changed');
      return undefined;
    },
  };
  return { operations: new OperationStore(planner), planned };
}

function asked(text: string): ValidatedOperation {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (!operation) {
    throw new Error('The text has no operation.');
  }
  return { textHash: text, document, operation };
}

describe('OperationStore', () => {
  it('plans an operation once, however it is spelled', () => {
    const { operations, planned } = store();
    const first = operations.get(asked('{ a }'));
    expect(operations.get(asked('{ a }'))).toBe(first);
    expect(operations.get(asked('{   a # the same\n }'))).toBe(first);
    expect(planned).toHaveLength(1);
    expect(operations.get(asked('{ b }'))).not.toBe(first);
  });

  it('keeps what depends on who asks apart', () => {
    const { operations, planned } = store();
    const whole = operations.get(asked('{ a secret }'));
    const withheld = { key: 'nobody', document: parse('{ a }'), withheld: () => undefined };
    expect(operations.get(asked('{ a secret }'), withheld)).not.toBe(whole);
    expect(planned).toEqual(['{ a secret }', '{ a }']);
    expect(operations.mostUsed(10).map(({ document }) => document.loc?.source.body)).toContain(
      '{ a secret }',
    );
  });

  it('is bounded', () => {
    const { operations } = store();
    for (let index = 0; index < 2_100; index += 1) {
      operations.get(asked(`{ a${index}: a }`));
    }
    expect(operations.size).toBe(2_000);
  });

  it('is warmed with what was asked for most, and leaves out what the schema does not allow', async () => {
    const old = store();
    for (const text of ['{ a }', '{ b }', '{ b }', '{ old }']) {
      old.operations.get(asked(text));
    }
    expect(old.operations.mostUsed(2).map(({ document }) => document.loc?.source.body)[0]).toBe('{ b }');
    const next = store();
    expect(await next.operations.warm(old.operations.mostUsed(10))).toBe(2);
    expect(next.planned).toEqual(['{ b }', '{ a }']);
    next.operations.get(asked('{ a }'));
    expect(next.planned).toHaveLength(2);
  });
});
