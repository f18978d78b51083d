import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readServices } from '@supergraph/schema/services';
import { ask, signIn } from '../harness/graphql.js';
import { ROOT } from '../harness/root.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

let system: SystemUnderTest;
let token: string;
beforeAll(async () => {
  system = await startSystemUnderTest();
  token = await signIn(system.endpoint, 'customer@example.com');
});
afterAll(() => system.stop());

async function post(
  body: string,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<{
  status: number;
  code: string;
  body: { errors: ReadonlyArray<{ extensions: { code: string; traceId: string } }> };
}> {
  const response = await fetch(system.endpoint, { method: 'POST', headers, body });
  const parsed = (await response.json()) as { errors: [{ extensions: { code: string; traceId: string } }] };
  return { status: response.status, code: parsed.errors[0].extensions.code, body: parsed };
}
const codeOf = async (query: string, variables?: Record<string, unknown>): Promise<string | undefined> =>
  (await ask(system.endpoint, query, { token, ...(variables === undefined ? {} : { variables }) }))
    .errors?.[0]?.extensions.code;
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a request that is no GraphQL request', () => {
  it.each([
    ['malformed JSON', '{"query": "{ me', 400, 'BAD_REQUEST'],
    ['JSON that is no object', '[]', 400, 'BAD_REQUEST'],
    ['no query', '{}', 400, 'BAD_REQUEST'],
    ['a batch', '[{"query":"{ me { id } }"}]', 400, 'BAD_REQUEST'],
    ['a syntax error', '{"query":"{ me "}', 200, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{"query":"{ nothing }"}', 200, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a wrong type',
      '{"query":"{ users(first: \\"ten\\") { edges { cursor } } }"}',
      200,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'a wrong variable',
      '{"query":"query ($n: Int) { users(first: $n) { edges { cursor } } }","variables":{"n":"ten"}}',
      200,
      'BAD_USER_INPUT',
    ],
    [
      'an oversized body',
      JSON.stringify({ query: `{ me { id } } #${'x'.repeat(300_000)}` }),
      413,
      'PAYLOAD_TOO_LARGE',
    ],
  ])('%s gets its own error', async (_name, body, status, code) => {
    const answer = await post(body);
    expect({ status: answer.status, code: answer.code }).toEqual({ status, code });
    expect(answer.body.errors[0]?.extensions.traceId).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('a token', () => {
  const header = (value: string): Record<string, string> => ({
    'content-type': 'application/json',
    authorization: value,
  });
  const claims = (): Record<string, unknown> => ({
    sub: randomUUID(),
    sid: randomUUID(),
    role: 'ADMIN',
    scope: 'admin',
    iss: 'supergraph-auth',
    aud: 'supergraph',
    exp: Math.floor(Date.now() / 1000) + 600,
  });
  const QUERY = '{"query":"{ settings { key } }"}';

  it('with `alg: none` is refused', async () => {
    const forged = `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims())}.`;
    expect(await post(QUERY, header(`Bearer ${forged}`))).toMatchObject({
      status: 401,
      code: 'TOKEN_INVALID',
    });
  });

  it('signed by HMAC with the public key as its secret is refused', async () => {
    const authUrl = system.system.services.find(({ service }) => service.name === 'auth')?.process.url ?? '';
    const { keys } = (await (await fetch(`${authUrl}/.well-known/jwks.json`)).json()) as {
      keys: [{ kid: string }];
    };
    const body = `${encode({ alg: 'HS256', typ: 'JWT', kid: keys[0].kid })}.${encode(claims())}`;
    const forged = `${body}.${createHmac('sha256', JSON.stringify(keys[0])).update(body).digest('base64url')}`;
    expect(await post(QUERY, header(`Bearer ${forged}`))).toMatchObject({
      status: 401,
      code: 'TOKEN_INVALID',
    });
  });

  it('whose claims were altered is refused', async () => {
    const [head, , signature] = token.split('.');
    const altered = `${head}.${encode(claims())}.${signature}`;
    expect(await post(QUERY, header(`Bearer ${altered}`))).toMatchObject({
      status: 401,
      code: 'TOKEN_INVALID',
    });
  });

  it.each(['Bearer', 'Bearer nonsense', 'Basic YTpi', `Bearer ${'x'.repeat(10_000)}`])(
    '%.20s is refused',
    async (value) => {
      expect(await post(QUERY, header(value))).toMatchObject({ status: 401, code: 'TOKEN_INVALID' });
    },
  );

  it('that has ended is told apart', async () => {
    const short = await startSystemUnderTest({
      demoData: true,
      environment: { AUTH_ACCESS_TOKEN_SECONDS: '1' },
    });
    try {
      const ended = await signIn(short.endpoint, 'customer@example.com');
      // Past its second and the tolerance of five for clocks that differ.
      await new Promise((resolve) => setTimeout(resolve, 7_500));
      const answer = await ask(short.endpoint, '{ me { id } }', { token: ended });
      expect(answer).toMatchObject({ status: 401, errors: [{ extensions: { code: 'TOKEN_EXPIRED' } }] });
    } finally {
      await short.stop();
    }
  });
});

describe('an argument', () => {
  it.each(['1', "' OR 1=1 --", 'x'.repeat(1_000), '', '\u0000'])(
    'id %j that is no UUID is refused',
    async (id) => {
      expect(await codeOf('query ($id: ID!) { user(id: $id) { id } }', { id })).toBe('INVALID_ID');
      expect(await codeOf('query ($id: ID!) { payment(id: $id) { id } }', { id })).toBe('INVALID_ID');
    },
  );

  it.each([0, -1, 10_000])('page size %d is refused', async (first) => {
    expect(
      await codeOf('query ($first: Int) { payments(first: $first) { edges { cursor } } }', { first }),
    ).toBe('INVALID_PAGE_SIZE');
  });

  it('cursor that was tampered with is refused', async () => {
    const { data } = await ask(system.endpoint, '{ payments(first: 1) { pageInfo { endCursor } } }', {
      token,
    });
    const cursor = data.payments.pageInfo.endCursor as string;
    for (const after of [`${cursor.slice(0, -2)}AA`, cursor.slice(3), 'AAAA', '']) {
      expect(
        await codeOf('query ($after: String) { payments(first: 1, after: $after) { edges { cursor } } }', {
          after,
        }),
      ).toBe('INVALID_CURSOR');
    }
  });
});

describe('a second account', () => {
  it('with the same address in other letter case is refused, and nothing is half written', async () => {
    const before = await system.query('auth', 'SELECT count(*) FROM users');
    const { data } = await ask(
      system.endpoint,
      `mutation { register(input: { email: "CUSTOMER@Example.COM", password: "seven quiet lanterns", name: "Twin" }) {
        __typename ... on Problem { code } } }`,
    );
    expect(data.register).toEqual({ __typename: 'EmailTakenProblem', code: 'EMAIL_TAKEN' });
    expect(await system.query('auth', 'SELECT count(*) FROM users')).toEqual(before);
  });
});

describe('a subgraph', () => {
  it.each(readServices(ROOT).map(({ name }) => name))(
    '%s refuses whoever is not the router',
    async (name) => {
      const url = system.system.services.find(({ service }) => service.name === name)?.process.url ?? '';
      for (const headers of [{}, { 'x-supergraph-caller': 'router', 'x-supergraph-secret': 'guess' }]) {
        const response = await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
          body: '{"query":"{ __typename }"}',
        });
        expect(response.status).toBe(403);
        expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'CALLER_REFUSED' } }] });
      }
    },
  );
});

it('every process is still the one that started', () => {
  expect(system.notices).toEqual([]);
});
