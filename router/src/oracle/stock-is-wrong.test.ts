import { describe, expect, it } from '@jest/globals';
import { getOperationAST, parse, type GraphQLSchema } from 'graphql';
import { loadPair, type Operation, type Outcome, type Pair } from './compare.js';
import type { Faults } from './fake-values.js';
import { makeFakeSubgraphs, type AskSubgraph } from './fake-subgraph.js';
import { executeMonolith } from './monolith.js';
import { loadStock, type StockGateway } from './stock/stock-executor.js';
import { committedSupergraph, featureSupergraphs, type TriedSupergraph } from './supergraphs.js';

const SUPERGRAPHS = [committedSupergraph(), ...featureSupergraphs()];
const SOUND: Faults = { nulls: 0, errors: 0, missing: 0, failingReferences: 0, down: 0 };

function find(name: string): TriedSupergraph {
  const found = SUPERGRAPHS.find((supergraph) => supergraph.name.includes(name));
  if (found === undefined) {
    throw new Error(`There is no supergraph ${name}.`);
  }
  return found;
}

interface Answers {
  readonly ours: Outcome;
  /** Of the stock executor as it is, nothing repaired. */
  readonly stock: { readonly data: unknown; readonly errorCount: number };
}

function operationOf(source: string, variables: Record<string, unknown>): Operation {
  const document = parse(source);
  const operation = getOperationAST(document);
  if (!operation) {
    throw new Error('The source has no operation.');
  }
  return { source, document, operation, variables };
}

type Run = (operation: Operation, ask: AskSubgraph) => Promise<Answers>;

async function load(
  supergraph: TriedSupergraph,
): Promise<{ readonly schema: GraphQLSchema; readonly run: Run }> {
  const pair = await loadPair(supergraph.sdl);
  const stock = await loadStock(supergraph.sdl, false);
  return { schema: stock.schema, run: (operation, ask) => runBoth(pair, stock, operation, ask) };
}

async function runBoth(
  pair: Pair,
  stock: StockGateway,
  operation: Operation,
  ask: AskSubgraph,
): Promise<Answers> {
  const ours = await pair.runOurs(operation, ask);
  const result = await stock.execute({ ...operation, ask }).catch((error: unknown) => ({ errors: [error] }));
  const data = 'data' in result ? (JSON.parse(JSON.stringify(result.data ?? null)) as unknown) : undefined;
  return { ours, stock: { data, errorCount: result.errors?.length ?? 0 } };
}

describe('the stock executor and planner are wrong, and ours is what one service with all data answers', () => {
  it.each([
    [
      'an argument of @requires counts for the client’s field too',
      '@requires',
      '{ parcel { postage weight } }',
      {},
    ],
    [
      'what two fields require is fetched under the condition of one',
      '@requires',
      'query ($if: Boolean!) { lost { ... on Parcel @include(if: $if) { label postage value } insurance } }',
      { if: false },
    ],
    [
      'an object that had fields of an interface object becomes null when its type is asked for',
      '@interfaceObject',
      '{ book { licence __typename } }',
      {},
    ],
    [
      'a fragment within a fragment on a union is left out of an object whose type was not fetched',
      'the committed one',
      '{ setting(key: "a") { type ... on UpdateSettingResult { ... on Setting { version } } } }',
      {},
    ],
    [
      'an object of which conditions leave nothing is null',
      'the committed one',
      'query ($if: Boolean!) { user(id: "a") { auditTrail(last: 6) @include(if: $if) { edges @include(if: false) { cursor } } } }',
      { if: true },
    ],
    [
      'a variable may not be called representations',
      'keys',
      'query ($representations: String) { products { price(in: $representations) } }',
      { representations: 'USD' },
    ],
  ])('%s', async (_name, supergraphName, source, variables) => {
    const supergraph = find(supergraphName);
    const { schema, run } = await load(supergraph);
    const subgraphs = makeFakeSubgraphs(supergraph.subgraphs, supergraph.families);
    const operation = operationOf(source, variables);
    let shown = 0;
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const { ours, stock } = await run(operation, subgraphs.withData(seed, SOUND));
      const right = await executeMonolith(schema, operation, subgraphs.data, seed, SOUND);
      expect(ours.data).toEqual(right.data);
      expect(ours.errors).toEqual([]);
      shown += JSON.stringify(stock.data) === JSON.stringify(right.data) ? 0 : 1;
    }
    expect(shown).toBeGreaterThan(0);
  });
});

/** Answers with the same data, whatever is asked. */
const always =
  (answers: Readonly<Record<string, unknown>>): AskSubgraph =>
  (name) =>
    Promise.resolve({ data: JSON.parse(JSON.stringify(answers[name])) as Record<string, unknown> });

describe('the stock executor', () => {
  it('fetches what a literal leaves out, and lets its failure spoil what was asked for', async () => {
    const supergraph = find('the committed one');
    const { schema, run } = await load(supergraph);
    const subgraphs = makeFakeSubgraphs(supergraph.subgraphs, supergraph.families);
    const operation = operationOf(
      'query ($if: Boolean!) { recurringPayments(first: 4) @include(if: $if) { edges @include(if: false) { node { __typename } } edges { cursor } } }',
      { if: true },
    );
    let shown = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const world = { ...SOUND, errors: 0.2 };
      const { ours, stock } = await run(operation, subgraphs.withData(seed, world));
      const right = await executeMonolith(schema, operation, subgraphs.data, seed, world);
      expect(ours.data).toEqual(right.data);
      shown += JSON.stringify(stock.data) === JSON.stringify(right.data) ? 0 : 1;
    }
    expect(shown).toBeGreaterThan(0);
  });

  it('loses falsy values of fields that it had to rename', async () => {
    const { run } = await load(find('one subgraph only'));
    const { ours, stock } = await run(
      operationOf('{ others { ... on Text { size } ... on Count { size } } }', {}),
      always({
        b: {
          others: [
            { __typename: 'Text', size: 0 },
            { __typename: 'Count', size__alias_0: 0 },
          ],
        },
      }),
    );
    expect(ours.data).toEqual({ others: [{ size: 0 }, { size: 0 }] });
    expect(stock.data).toEqual({ others: [{ size: 0 }, { size: null }] });
  });

  it('hands on whole numbers outside the range of Int, and whole numbers for ID', async () => {
    const { run } = await load(find('@override'));
    const { ours, stock } = await run(operationOf('{ bills { id amount } }', {}), async (name) =>
      Promise.resolve({
        data:
          name === 'a' ? { bills: [{ __typename: 'Bill', id: 7 }] } : { _entities: [{ amount: 2 ** 31 }] },
      }),
    );
    expect(stock.data).toEqual({ bills: [{ id: 7, amount: 2 ** 31 }] });
    expect(ours.data).toEqual({ bills: [null] });
    expect(ours.errorPaths).toEqual(['["bills",0,"amount"]']);
  });

  it('makes an endless number in a custom scalar null without an error', async () => {
    const { run } = await load(find('the committed one'));
    const { ours, stock } = await run(operationOf('{ setting(key: "a") { value } }', {}), () =>
      Promise.resolve({ data: JSON.parse('{"setting":{"value":1e400}}') as Record<string, unknown> }),
    );
    expect(stock).toEqual({ data: { setting: { value: null } }, errorCount: 0 });
    expect(ours.data).toEqual({ setting: null });
    expect(ours.errorPaths).toEqual(['["setting","value"]']);
  });

  it('makes all null without an error when a subgraph does not know an entity of which a field is required', async () => {
    const { run } = await load(find('keys'));
    const { ours, stock } = await run(
      operationOf('{ newest { id } product(sku: "a") { name rating } }', {}),
      async (name, { query }) =>
        Promise.resolve({
          data: query.includes('_entities')
            ? { _entities: [null] }
            : name === 'a'
              ? { product: { __typename: 'Product', id: '1', name: 'a' } }
              : { newest: [{ id: '1' }] },
        }),
    );
    expect(stock).toEqual({ data: { newest: [{ id: '1' }], product: null }, errorCount: 0 });
    expect(ours.data).toEqual(stock.data);
    expect(ours.errors).toMatchObject([
      { path: ['product', 'rating'], extensions: { code: 'REFERENCE_NOT_FOUND', service: 'c' } },
    ]);
  });

  it('leaves fields out without an error when the type of their object stays unknown', async () => {
    const { run } = await load(find('@interfaceObject'));
    const { ours, stock } = await run(
      operationOf('{ lastRated { stars ... on Film { minutes } } }', {}),
      async (name) =>
        Promise.resolve({
          data:
            name === 'b'
              ? { lastRated: { __typename: 'Media', id: 'id-1', stars: 3 } }
              : { _entities: [null] },
        }),
    );
    expect(stock).toEqual({ data: { lastRated: { stars: 3 } }, errorCount: 0 });
    expect(ours.data).toEqual(stock.data);
    expect(ours.errors).toMatchObject([
      { path: ['lastRated'], extensions: { code: 'REFERENCE_NOT_FOUND', service: 'a' } },
    ]);
  });

  it('nulls an object without an error when its type is asked for and stays unknown', async () => {
    const { run } = await load(find('@interfaceObject'));
    const { ours, stock } = await run(operationOf('{ lastRated { __typename stars } }', {}), async (name) =>
      Promise.resolve(
        name === 'b'
          ? { data: { lastRated: { __typename: 'Media', id: 'id-1', stars: 3 } } }
          : { data: { _entities: [null] } },
      ),
    );
    expect(stock).toEqual({ data: { lastRated: null }, errorCount: 0 });
    expect(ours.data).toEqual(stock.data);
    expect(ours.errors).toMatchObject([
      { path: ['lastRated', '__typename'], extensions: { code: 'REFERENCE_NOT_FOUND', service: 'a' } },
    ]);
  });
});
