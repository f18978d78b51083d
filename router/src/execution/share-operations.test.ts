import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestRouter, type GraphqlAnswer, type TestRouter } from '../testing/test-router.js';
import { startTestSubgraph, type TestSubgraph } from '../testing/test-subgraph.js';

/** Two subgraphs, so that an operation is more than its first fetch. */
const SHELVES = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  type Query { books(first: Int): [Book] }
  type Mutation { rename(title: String): Boolean }
  type Book @key(fields: "id") { id: ID! title: String }`;
const STOCK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  type Book @key(fields: "id") { id: ID! left: Int }`;
const QUERY = 'query Books($first: Int) { books(first: $first) { id title left } }';

let title = 'Emma';
let shelves: TestSubgraph;
let stock: TestSubgraph;
let router: TestRouter;
beforeAll(async () => {
  shelves = await startTestSubgraph('shelves', SHELVES, {
    Query: { books: () => [{ id: '1', title }] },
    Mutation: { rename: (_: unknown, given: { readonly title: string }) => ((title = given.title), true) },
  });
  stock = await startTestSubgraph('stock', STOCK, { Book: { left: () => 3 } });
  router = await startTestRouter([shelves, stock]);
});
afterAll(async () => {
  await router.stop();
  await Promise.all([shelves.kill(), stock.kill()]);
});
afterEach(() => {
  stock.behave(undefined);
  shelves.requests.length = 0;
});

/** Holds what `stock` is asked; gives what answers all of it. */
function holdStock(): () => void {
  const held: ServerResponse[] = [];
  stock.behave((response) => void held.push(response));
  return () => {
    stock.behave(undefined);
    for (const response of held) {
      response
        .setHeader('content-type', 'application/json')
        .end('{"data":{"_entities":[{"__typename":"Book","left":3}]}}');
    }
  };
}

async function untilHeld(requests: number): Promise<void> {
  const giveUpAt = Date.now() + 20_000;
  while (shelves.requests.length < requests && Date.now() < giveUpAt) {
    await sleep(5);
  }
  await sleep(50);
}

const titles = (answers: ReadonlyArray<GraphqlAnswer>): ReadonlyArray<unknown> =>
  answers.map(({ data, errors }) => errors ?? [data?.['books'][0].title, data?.['books'][0].left]);

describe('identical queries under way at one moment', () => {
  it('are executed once, and each gets the whole answer', async () => {
    const answer = holdStock();
    const first = router.ask(QUERY);
    await untilHeld(1);
    const joined = [router.ask(QUERY), router.ask(QUERY)];
    await sleep(100);
    answer();
    expect(titles(await Promise.all([first, ...joined]))).toEqual(Array(3).fill([title, 3]));
    expect(shelves.requests).toHaveLength(1);
  });

  it('are told apart by their variables, and by their caller', async () => {
    const answer = holdStock();
    const token = await router.sign();
    const asked = [
      router.ask(QUERY),
      router.ask(QUERY, { variables: { first: 2 } }),
      router.ask(QUERY, { headers: { authorization: `Bearer ${token}` } }),
      router.ask(QUERY, { headers: { 'user-agent': 'somebody else' } }),
    ];
    await untilHeld(4);
    answer();
    expect(titles(await Promise.all(asked))).toEqual(Array(4).fill([title, 3]));
    expect(shelves.requests).toHaveLength(4);
  });

  it('never answer with what was read before a change that this router has answered', async () => {
    const answer = holdStock();
    const before = router.ask(QUERY);
    await untilHeld(1);
    await router.ask('mutation { rename(title: "Persuasion") }');
    const after = router.ask(QUERY);
    await untilHeld(3);
    answer();
    expect(titles(await Promise.all([before, after]))).toEqual([
      ['Emma', 3],
      ['Persuasion', 3],
    ]);
  });

  it('go on when the one who asked first leaves', async () => {
    const answer = holdStock();
    const leaving = new AbortController();
    const left = fetch(`${router.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'node' },
      body: JSON.stringify({ query: QUERY }),
      signal: leaving.signal,
    }).catch((error: unknown) => (error as Error).name);
    await untilHeld(1);
    const stayed = router.ask(QUERY, { headers: { 'user-agent': 'node' } });
    await sleep(100);
    leaving.abort();
    await sleep(50);
    answer();
    expect(await left).toBe('AbortError');
    expect(titles(await Promise.all([stayed]))).toEqual([[title, 3]]);
    expect(shelves.requests).toHaveLength(1);
  });
});
