import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestRouter, type TestRouter } from '../testing/test-router.js';
import { startTestSubgraph, type TestSubgraph } from '../testing/test-subgraph.js';

const sdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@listSize"])
  type Query {
    books(first: Int): [Book] @listSize(slicingArguments: ["first"])
    book: Book
  }
  type Mutation { buy: Book }
  type Book { title: String }
`;

let shop: TestSubgraph;
let router: TestRouter;
beforeAll(async () => {
  shop = await startTestSubgraph('shop', sdl, {
    Query: { books: () => [{ title: 'Emma' }], book: () => ({ title: 'Emma' }) },
  });
  router = await startTestRouter([shop], { ROUTER_MAXIMUM_COST: '20' });
});
afterAll(async () => {
  await router.stop();
  await shop.kill();
});

const asking = { headers: { 'supergraph-cost': 'estimate' } };

describe('an operation that may cost more than the limit', () => {
  it('is refused before anything is fetched', async () => {
    const source = 'query Q($first: Int) { books(first: $first) { title } }';
    shop.requests.length = 0;
    expect(await router.ask(source, { variables: { first: 21 } })).toMatchObject({
      status: 400,
      errors: [
        {
          message: 'The operation may cost 21, and the limit is 20. Ask for fewer at once.',
          extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE' },
        },
      ],
    });
    expect(shop.requests).toEqual([]);
    expect(await router.ask(source, { variables: { first: 20 } })).toMatchObject({
      status: 200,
      data: { books: [{ title: 'Emma' }] },
    });
  });

  it('is refused when the cost cannot be told', async () => {
    expect(await router.ask('{ books { title } }')).toMatchObject({
      errors: [
        {
          message: 'Query.books needs exactly one of the arguments first.',
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ],
    });
  });
});

describe('the estimate', () => {
  it('is told to those who ask for it', async () => {
    expect((await router.ask('{ book { title } }', asking)).extensions).toEqual({
      cost: { estimated: 1, maximum: 20 },
    });
    expect((await router.ask('mutation { buy { title } }', asking)).extensions).toEqual({
      cost: { estimated: 11, maximum: 20 },
    });
    expect((await router.ask('{ book { title } }')).extensions).toBeUndefined();
  });

  it('is told without a limit too, and then nothing is refused', async () => {
    const free = await startTestRouter([shop], { ROUTER_MAXIMUM_COST: '0' });
    try {
      const source = 'query Q($first: Int) { books(first: $first) { title } }';
      expect(await free.ask(source, { ...asking, variables: { first: 1_000_000 } })).toMatchObject({
        status: 200,
        data: { books: [{ title: 'Emma' }] },
        extensions: { cost: { estimated: 1_000_000 } },
      });
    } finally {
      await free.stop();
    }
  });
});
