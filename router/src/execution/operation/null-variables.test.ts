import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startCatalogue } from '../../testing/library.js';
import { post, startTestRouter, type TestRouter } from '../../testing/test-router.js';
import type { TestSubgraph } from '../../testing/test-subgraph.js';

let catalogue: TestSubgraph;
let router: TestRouter;
beforeAll(async () => {
  catalogue = await startCatalogue();
  router = await startTestRouter([catalogue]);
});
afterAll(async () => {
  await router.stop();
  await catalogue.kill();
});

const ask = (query: string, variables: object) => post(`${router.url}/graphql`, { query, variables });

describe('a variable that is null where null is not allowed', () => {
  it.each([
    'query ($a: Boolean = true) { books { title @include(if: $a) isbn } }',
    'query ($a: Boolean = true) { books { ...F @skip(if: $a) isbn } } fragment F on Book { title }',
  ])('is the client’s mistake, and no subgraph is asked: %s', async (query) => {
    const before = catalogue.requests.length;
    const refused = await ask(query, { a: null });
    expect(refused.errors).toMatchObject([
      {
        message: expect.stringMatching(/^Variable "\$a" must not be null/),
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
    expect(refused.data ?? null).toBeNull();
    expect(catalogue.requests).toHaveLength(before);
    expect((await ask(query, {})).errors).toBeUndefined();
  });
});
