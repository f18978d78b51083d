import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CommonConfiguration } from '../configuration/index.js';
import {
  createSubgraphClient,
  startTestIdentity,
  testTelemetry,
  type SubgraphClient,
  type TestIdentity,
} from '../testing/index.js';
import { startSubgraph, type RunningSubgraph } from './index.js';
import { resolvers, ROUTER_SECRET, sdl, SECRET_CAUSE, startShop, STOCK_SECRET } from './test-shop.js';

let identity: TestIdentity;
let subgraph: RunningSubgraph;
let embedded: RunningSubgraph;
let router: SubgraphClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  [subgraph, embedded] = [await startShop(identity, 'production'), await startShop(identity, 'embedded')];
  router = createSubgraphClient({ url: subgraph.url, secret: ROUTER_SECRET });
});
afterAll(async () => {
  await Promise.all([subgraph.stop(), embedded.stop(), identity.stop()]);
});

const asRouter = { 'x-supergraph-caller': 'router', 'x-supergraph-secret': ROUTER_SECRET };
const json = { 'content-type': 'application/json' };

/** Sends anything, and reads an answer that must be GraphQL's. */
async function post(body: string | undefined, headers: Record<string, string> = { ...asRouter, ...json }) {
  const response = await fetch(`${subgraph.url}/graphql`, {
    method: 'POST',
    headers,
    ...(body === undefined ? {} : { body }),
  });
  const answer = (await response.json()) as {
    data?: unknown;
    errors?: { message: string; extensions: { code: string } }[];
  };
  return {
    status: response.status,
    response,
    data: answer.data,
    errors: answer.errors,
    code: answer.errors?.[0]?.extensions.code,
  };
}

describe('headers', () => {
  it('come to resolvers, and go out with the answer, each that was added', async () => {
    const { response, data } = await post('{"query":"mutation { write }"}', {
      ...asRouter,
      ...json,
      'X-Asked': 'this',
    });
    expect(data).toEqual({ write: true });
    expect(response.headers.getSetCookie()).toEqual(['asked=this', 'written=yes']);
    const other = await post('{"query":"mutation { write }"}');
    expect(other.response.headers.getSetCookie()).toEqual(['asked=nothing', 'written=yes']);
  });
});

describe('who may ask a subgraph', () => {
  it.each<[string, Record<string, string>]>([
    ['nobody', {}],
    ['a wrong secret', { 'x-supergraph-caller': 'router', 'x-supergraph-secret': 'guessed' }],
    ['another’s secret', { 'x-supergraph-caller': 'router', 'x-supergraph-secret': STOCK_SECRET }],
    ['a stranger', { 'x-supergraph-caller': 'stranger', 'x-supergraph-secret': ROUTER_SECRET }],
  ])('refuses %s with 403, before it reads the body', async (_case, headers) => {
    for (const body of ['{"query":"{__typename}"}', '{ not json', 'x'.repeat(5 * 1024 * 1024)]) {
      const { status, code, data } = await post(body, { ...json, ...headers });
      expect([status, code, data]).toEqual([403, 'CALLER_REFUSED', undefined]);
    }
  });

  it('takes the router for nobody without a token, and another service for itself', async () => {
    const stock = createSubgraphClient({ url: subgraph.url, caller: 'stock', secret: STOCK_SECRET });
    expect((await router.query('{ viewer }')).data.viewer).toMatchObject({
      caller: 'router',
      viewer: { kind: 'anonymous' },
    });
    expect((await stock.query('{ viewer }')).data.viewer).toMatchObject({
      caller: 'stock',
      viewer: { kind: 'service', service: 'stock' },
    });
  });

  it('knows the user of a token, and whom the router speaks for', async () => {
    const [userId, sessionId] = [crypto.randomUUID(), crypto.randomUUID()];
    const token = await identity.tokenFor({ userId, sessionId, scopes: ['a', 'b'] });
    const { data } = await post('{"query":"{ viewer }"}', {
      ...asRouter,
      ...json,
      authorization: `Bearer ${token}`,
      'x-forwarded-client-ip': '203.0.113.9',
      'x-forwarded-user-agent': 'u'.repeat(2_000),
    });
    expect(data).toEqual({
      viewer: {
        caller: 'router',
        clientIp: '203.0.113.9',
        clientUserAgent: 'u'.repeat(500),
        viewer: { kind: 'user', userId, sessionId, role: 'CUSTOMER', scopes: ['a', 'b'] },
      },
    });
  });

  it('refuses a bad token and one that has ended with 401, and is itself to blame when keys are away', async () => {
    const token = await identity.tokenFor();
    const ended = await identity.tokenFor({ expiresIn: -60 });
    const foreign = await identity.tokenFor({ issuer: 'somebody-else' });
    for (const [authorization, code] of [
      [`Bearer ${ended}`, 'TOKEN_EXPIRED'],
      [`Bearer ${foreign}`, 'TOKEN_INVALID'],
      [`Bearer ${token}x`, 'TOKEN_INVALID'],
      ['Basic abc', 'TOKEN_INVALID'],
    ] as const) {
      const answer = await post('{"query":"{ viewer }"}', { ...asRouter, ...json, authorization });
      expect([answer.status, answer.code, answer.data]).toEqual([401, code, undefined]);
    }
    const orphan = await startShop(identity, 'production', 'http://127.0.0.1:1/keys');
    try {
      const client = createSubgraphClient({ url: orphan.url, secret: ROUTER_SECRET });
      const answer = await client.query('{ viewer }', { token });
      expect([answer.status, answer.errors?.[0]?.extensions.code]).toEqual([503, 'IDENTITY_UNAVAILABLE']);
      expect((await client.query('{ viewer }')).status).toBe(200);
    } finally {
      await orphan.stop();
    }
  });
});

describe('bad requests to a subgraph', () => {
  it.each<[string, string | undefined, Record<string, string>, number, string]>([
    ['malformed JSON', '{ "query": ', json, 400, 'BAD_REQUEST'],
    ['no body', undefined, json, 400, 'BAD_REQUEST'],
    ['JSON that is no object', '"text"', json, 400, 'BAD_REQUEST'],
    ['a list', '[{"query":"{__typename}"}]', json, 400, 'BAD_REQUEST'],
    ['no query', '{"variables":{}}', json, 400, 'BAD_REQUEST'],
    ['a query that is no text', '{"query":7}', json, 400, 'BAD_REQUEST'],
    ['variables that are no object', '{"query":"{__typename}","variables":"x"}', json, 400, 'BAD_REQUEST'],
    [
      'another content type',
      '{"query":"{__typename}"}',
      { 'content-type': 'text/plain' },
      400,
      'BAD_REQUEST',
    ],
    ['no content type', '{"query":"{__typename}"}', { 'content-type': '' }, 400, 'BAD_REQUEST'],
    [
      'another character set',
      '{"query":"{__typename}"}',
      { 'content-type': 'application/json; charset=x-none' },
      400,
      'BAD_REQUEST',
    ],
    ['a compression that it is not', '{}', { ...json, 'content-encoding': 'gzip' }, 400, 'BAD_REQUEST'],
    ['a large body', JSON.stringify({ query: 'x'.repeat(5 * 1024 * 1024) }), json, 413, 'PAYLOAD_TOO_LARGE'],
    ['no GraphQL', '{"query":"{ viewer"}', json, 400, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{"query":"{ invented }"}', json, 400, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'an unknown operation',
      '{"query":"{ viewer }","operationName":"Nothing"}',
      json,
      400,
      'OPERATION_RESOLUTION_FAILURE',
    ],
  ])('refuses %s with its own code', async (_case, body, headers, status, code) => {
    const answer = await post(body, { ...asRouter, ...headers });
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(answer.response.headers.get('x-trace-id')).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.stringify(answer.errors)).not.toMatch(/node_modules|at .*\.(ts|js):|SyntaxError/);
  });

  it.each([
    ['query ($value: DateTime!) { at(moment: $value) }', '2026-02-30T00:00:00Z'],
    ['query ($value: Decimal!) { price(amount: $value) }', 0.1],
  ])('refuses a variable that is not of its type: %s', async (document, value) => {
    const { errors, status } = await router.query(document, { variables: { value } });
    expect([status, errors?.[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
  });

  it('does not run a mutation by GET', async () => {
    const url = `${subgraph.url}/graphql?query=${encodeURIComponent('mutation { write }')}`;
    const answer = await fetch(url, { headers: { ...asRouter, 'apollo-require-preflight': '1' } });
    expect(answer.status).toBe(405);
    expect(await answer.json()).not.toHaveProperty('data.write');
  });
});

describe('errors of a subgraph', () => {
  const errorOf = async (how: string, client = router) => {
    const { errors, data } = await client.query('query ($how: String!) { fails(how: $how) }', {
      variables: { how },
    });
    expect(data).toEqual({ fails: null });
    return errors?.[0] as unknown as { message: string; path: string[]; extensions: Record<string, unknown> };
  };

  it('keep code, message and details of a refusal, in which the details have no say', async () => {
    expect(await errorOf('expected')).toEqual({
      message: 'The shop is closed.',
      path: ['fails'],
      locations: [expect.anything()],
      extensions: {
        code: 'FORBIDDEN',
        service: 'shop',
        opens: '08:00',
        traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    });
  });

  it.each([
    ['bug', 'INTERNAL_SERVER_ERROR'],
    ['text', 'INTERNAL_SERVER_ERROR'],
    ['database', 'DATABASE_UNAVAILABLE'],
    ['unavailable', 'DEPENDENCY_UNAVAILABLE'],
  ])('tell of %s the code alone, and the cause on the embedded default only', async (how, code) => {
    const masked = await errorOf(how);
    expect(masked.extensions).toEqual({ code, service: 'shop', traceId: expect.any(String) });
    expect(JSON.stringify(masked)).not.toContain('hunter2');
    const shown = await errorOf(how, createSubgraphClient({ url: embedded.url, secret: ROUTER_SECRET }));
    expect(shown.extensions).toMatchObject({ code, cause: expect.stringContaining(SECRET_CAUSE) });
    expect(shown.message).toBe(masked.message);
  });

  it('carry the trace id of the answer that they came with', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const { response, errors } = await post('{"query":"{ fails(how: \\"bug\\") }"}', {
      ...asRouter,
      ...json,
      traceparent,
    });
    expect(response.headers.get('x-trace-id')).toBe('a'.repeat(32));
    expect(errors?.[0]?.extensions).toMatchObject({ traceId: 'a'.repeat(32) });
  });

  it('of one reference leave its neighbours alone', async () => {
    const references = ['one', 'broken', 'two'].map((id) => ({ __typename: 'Book', id }));
    const { data, errors } = await router.entities(references, '... on Book { title }');
    expect(data._entities).toEqual([
      { __typename: 'Book', title: 'Book one' },
      null,
      { __typename: 'Book', title: 'Book two' },
    ]);
    expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['_entities', 1], 'INTERNAL_SERVER_ERROR'],
    ]);
  });
});

describe('a subgraph', () => {
  it('tells the cost of each request to who asks for it, and of no other', async () => {
    const counts = Array.from({ length: 30 }, (_, index) => index % 5);
    const answers = await Promise.all(
      counts.map((statements) =>
        router.query('query ($n: Int!) { work(statements: $n) }', { variables: { n: statements } }),
      ),
    );
    expect(answers.map(({ sqlStatements }) => sqlStatements)).toEqual(counts);
    const plain = await fetch(`${subgraph.url}/graphql`, {
      method: 'POST',
      headers: { ...asRouter, ...json },
      body: '{"query":"{ work(statements: 2) }"}',
    });
    expect(await plain.json()).toEqual({ data: { work: 2 } });
  });

  it('reads and writes the shared scalars that its schema names', async () => {
    const { data } = await router.query(
      '{ at(moment: "2026-01-31T12:00:00+02:00") price(amount: 12345678901234567890) }',
    );
    expect(data).toEqual({ at: '2026-01-31T10:00:00.001Z', price: '12345678901234567890' });
  });

  it('serves its SDL to the composition', async () => {
    const { data } = await router.query('{ _service { sdl } }');
    expect(data._service.sdl).toContain('type Book');
  });

  it('counts operations by their outcome', async () => {
    const count = async (): Promise<number[]> => {
      const text = await (await fetch(`${subgraph.url}/metrics`)).text();
      return ['success', 'error'].map((outcome) =>
        Number(
          new RegExp(`^graphql_operations_total\\{outcome="${outcome}".*\\} (\\d+)$`, 'm').exec(text)?.[1] ??
            0,
        ),
      );
    };
    const [successes = 0, failures = 0] = await count();
    await router.query('{ __typename }');
    await router.query('{ fails(how: "bug") }');
    await router.query('{ fails(how: "expected") }');
    expect(await count()).toEqual([successes + 1, failures + 2]);
  });

  it('finishes what it has when it is stopped', async () => {
    const shop = await startShop(identity, 'production');
    const client = createSubgraphClient({ url: shop.url, secret: ROUTER_SECRET });
    await client.query('{ __typename }');
    const answer = client.query('{ work(statements: 100) }');
    await sleep(30);
    await shop.stop();
    expect((await answer).data).toEqual({ work: 100 });
    await expect(client.query('{ __typename }')).rejects.toThrow('fetch failed');
  });

  it('does not start with resolvers that do not fit its schema, or on a port that is taken', async () => {
    const { port } = new URL(subgraph.url);
    const options = {
      name: 'shop',
      common: {
        mode: 'production',
        host: '127.0.0.1',
        metricsPort: undefined,
        drainMilliseconds: 0,
      } as CommonConfiguration,
      createContext: () => ({}),
      callerSecrets: new Map([['router', ROUTER_SECRET]]),
      verifyToken: () => Promise.reject(new Error('unused')),
      readiness: {},
      ...testTelemetry('shop'),
    };
    const unfit = { Query: { invented: () => 1 } };
    await expect(startSubgraph({ ...options, port: 0, sdl, resolvers: unfit })).rejects.toThrow('invented');
    await expect(startSubgraph({ ...options, port: Number(port), sdl, resolvers })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
