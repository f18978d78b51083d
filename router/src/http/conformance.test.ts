import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { startCatalogue } from '../testing/library.js';
import { startTestRouter, type TestRouter } from '../testing/test-router.js';
import type { TestSubgraph } from '../testing/test-subgraph.js';

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

/** Such requests are refused without it, so that no page of another origin can send one unasked. */
const withPreflight: typeof fetch = (input, init) =>
  fetch(input, {
    ...init,
    headers: { ...(init?.headers as Record<string, string>), 'apollo-require-preflight': 'true' },
  });

describe('GraphQL over HTTP', () => {
  it.each(serverAudits({ url: () => `${router.url}/graphql`, fetchFn: withPreflight }))(
    '$id $name',
    async (audit) => {
      const result = await audit.fn();
      expect({ status: result.status, reason: 'reason' in result ? result.reason : undefined }).toEqual({
        status: 'ok',
        reason: undefined,
      });
    },
  );

  it('gives what is wrong with an operation 400 under the newer type, and 200 under the older', async () => {
    const statusFor = async (accept: string): Promise<number> =>
      (await router.ask('{ absent }', { headers: { accept } })).status;
    expect(await statusFor('application/graphql-response+json')).toBe(400);
    expect(await statusFor('application/graphql-response+json, application/json;q=0.9')).toBe(400);
    expect(await statusFor('application/json')).toBe(200);
    expect(await statusFor('*/*')).toBe(200);
    expect(await statusFor('text/html')).toBe(406);
  });

  it('keeps 401 and the limits’ 400 under the older type', async () => {
    const headers = { accept: 'application/json', authorization: 'Bearer x' };
    expect((await router.ask('{ hidden }', { headers })).status).toBe(401);
    expect((await router.ask(`{ ${'hidden '.repeat(60)} }`)).status).toBe(400);
  });
});
