import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { exportSPKI } from 'jose';
import { startCatalogue } from './testing/library.js';
import { post, startTestRouter, type GraphqlAnswer, type TestRouter } from './testing/test-router.js';
import type { TestSubgraph } from './testing/test-subgraph.js';

let catalogue: TestSubgraph;
let router: TestRouter;
let production: TestRouter;

beforeAll(async () => {
  catalogue = await startCatalogue();
  router = await startTestRouter([catalogue], {
    ROUTER_MAXIMUM_BODY_BYTES: '10000',
    ROUTER_MAXIMUM_TOKENS: '4000',
  });
  production = await startTestRouter([catalogue], {
    SUPERGRAPH_MODE: 'production',
    ROUTER_CORS_ORIGINS: 'https://shop.example.com',
  });
});

afterAll(async () => {
  await Promise.all([router.stop(), production.stop()]);
  await catalogue.kill();
});

const QUERY = '{ books { title } }';
const ask = (authorization: string): Promise<GraphqlAnswer> =>
  router.ask(QUERY, { headers: { authorization } });
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function expectRefusal(answer: GraphqlAnswer, status: number, code: string): void {
  expect(answer).not.toHaveProperty('data');
  expect(answer.errors).toEqual([
    {
      message: expect.any(String),
      extensions: expect.objectContaining({ code, traceId: answer.headers.get('x-trace-id') }),
    },
  ]);
  expect(answer.status).toBe(status);
}

describe('an access token', () => {
  it('that is right is taken', async () => {
    expect((await ask(`Bearer ${await router.sign()}`)).errors).toBeUndefined();
  });

  it('that has ended refuses the whole request', async () => {
    catalogue.requests.splice(0);
    const answer = await ask(
      `Bearer ${await router.sign({ expiresAt: Math.floor(Date.now() / 1000) - 60 })}`,
    );
    expectRefusal(answer, 401, 'TOKEN_EXPIRED');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(catalogue.requests).toEqual([]);
  });

  it.each([
    ['another issuer', async () => router.sign({ issuer: 'somebody' })],
    ['another audience', async () => router.sign({ audience: 'somebody' })],
    ['a changed payload', async () => forge(await router.sign(), { role: 'ADMIN' })],
    ['no signature: alg none', async () => unsigned(await router.sign())],
    ['the public key taken for an HMAC secret', async () => hmacSigned(await router.sign())],
    ['another router’s signature', async () => production.sign()],
    ['three words', async () => 'not.a.token'],
    ['endless length', async () => 'a'.repeat(5_000)],
  ])('with %s refuses the whole request', async (_name, make) => {
    catalogue.requests.splice(0);
    expectRefusal(await ask(`Bearer ${await make()}`), 401, 'TOKEN_INVALID');
    expect(catalogue.requests).toEqual([]);
  });

  it.each(['Basic YTpi', 'Bearer', 'Bearer a b'])('cannot be %s', async (authorization) => {
    expectRefusal(await ask(authorization), 401, 'TOKEN_INVALID');
  });

  it('is refused as unverifiable while the keys are away, and nobody is let in without one less', async () => {
    const cut = await startTestRouter([catalogue], { AUTH_JWKS_URL: 'http://127.0.0.1:1/keys' });
    const token = await cut.sign();
    expectRefusal(
      await cut.ask(QUERY, { headers: { authorization: `Bearer ${token}` } }),
      503,
      'IDENTITY_UNAVAILABLE',
    );
    expect((await cut.ask(QUERY)).errors).toBeUndefined();
    await cut.stop();
  });
});

function forge(token: string, changes: object): string {
  const [header, payload = '', signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  return [header, encode({ ...claims, ...changes }), signature].join('.');
}

function unsigned(token: string): string {
  return [encode({ alg: 'none' }), token.split('.')[1], ''].join('.');
}

async function hmacSigned(token: string): Promise<string> {
  const head = `${encode({ alg: 'HS256', kid: 'test' })}.${token.split('.')[1]}`;
  return `${head}.${createHmac('sha256', await exportSPKI(router.publicKey))
    .update(head)
    .digest('base64url')}`;
}

const DEEP_FRAGMENTS = `{ __type(name: "Book") { ...F0 } } fragment F30 on __Type { name } ${Array.from(
  { length: 30 },
  (_, index) => `fragment F${index} on __Type { ofType { ofType { ...F${index + 1} } } }`,
).join(' ')}`;

describe('a body', () => {
  const send = (body: unknown, headers?: Record<string, string>): Promise<GraphqlAnswer> =>
    post(`${router.url}/graphql`, body, headers);

  it.each([
    ['malformed JSON', '{"query":', 400, 'BAD_REQUEST'],
    ['nothing', '', 400, 'BAD_REQUEST'],
    ['a number', '7', 400, 'BAD_REQUEST'],
    ['an empty object', '{}', 400, 'BAD_REQUEST'],
    ['no operation', '{"variables":{}}', 400, 'BAD_REQUEST'],
    ['variables that are a list', '{"query":"{ books { title } }","variables":[]}', 400, 'BAD_REQUEST'],
    ['a batch', '[{"query":"{ books { title } }"},{"query":"{ books { title } }"}]', 400, 'BAD_REQUEST'],
    [
      'more bytes than allowed',
      JSON.stringify({ query: `{ books { title } } #${'x'.repeat(10_000)}` }),
      413,
      'PAYLOAD_TOO_LARGE',
    ],
    [
      'a persisted query',
      `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"${'0'.repeat(64)}"}}}`,
      200,
      'PERSISTED_QUERY_NOT_SUPPORTED',
    ],
  ])('of %s is refused', async (_name, body, status, code) => {
    expectRefusal(await send(body), status, code);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'of type %s is refused, so that no page of another origin can send it unasked',
    async (type) => {
      expectRefusal(
        await send(JSON.stringify({ query: QUERY }), { 'content-type': type }),
        415,
        'BAD_REQUEST',
      );
    },
  );

  it.each([
    ['a syntax error', '{ books { title }', 'GRAPHQL_PARSE_FAILED'],
    ['more fields of the root than allowed', `{ ${'books { title } '.repeat(51)} }`, 'MAX_ROOT_FIELDS_LIMIT'],
    ['more tokens than allowed', `{ books { title(a: [${'1 '.repeat(4_000)}]) } }`, 'MAX_TOKENS_LIMIT'],
    ['an unknown field', '{ books { absent } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['thousands of unknown fields', `{ books { ${'a '.repeat(2_000)} } }`, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'fields too deep',
      `{ __schema { types { fields { ${'type { ofType { '.repeat(24)} name ${'} }'.repeat(24)} } } } }`,
      'MAX_DEPTH_LIMIT',
    ],
    ['fields too deep in fragments', DEEP_FRAGMENTS, 'MAX_DEPTH_LIMIT'],
    [
      'a cycle of fragments',
      '{ __type(name: "Book") { ...A } } fragment A on __Type { ofType { ...A } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['more nesting than a stack holds', '{a'.repeat(1_900), 'GRAPHQL_PARSE_FAILED'],
    [
      'two operations',
      'query A { books { title } } query B { books { title } }',
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['a variable missing', 'query ($isbn: ID!) { book(isbn: $isbn) { title } }', 'BAD_USER_INPUT'],
  ])('with %s is refused', async (_name, query, code) => {
    const accept = 'application/graphql-response+json';
    const answer = await send({ query }, { accept });
    expect(answer.errors?.[0]?.extensions['code']).toBe(code);
    expect(answer.status).toBe(400);
  });

  it('that asks for a mutation by GET is refused', async () => {
    const query = encodeURIComponent('mutation { addBook(isbn: "1") { title } }');
    const response = await fetch(`${router.url}/graphql?query=${query}`, {
      headers: { 'apollo-require-preflight': 'true' },
    });
    expect(response.status).toBe(405);
  });
});

describe('a request', () => {
  it('to an unknown path gets 404 as JSON', async () => {
    const response = await fetch(`${router.url}/nowhere`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });

  it('to a path that is no URL gets 400 as JSON', async () => {
    expect(await raw('GET /%FF HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 404 /);
    expect(await raw('POST /sandbox/subgraphs/%FF HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 /,
    );
  });

  it('that is not HTTP leaves the router serving', async () => {
    expect(await raw('hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    expect((await router.ask(QUERY)).errors).toBeUndefined();
  });

  it('by GET without a header that needs a preflight is refused', async () => {
    const response = await fetch(`${router.url}/graphql?query=${encodeURIComponent(QUERY)}`);
    expect(response.status).toBe(400);
  });

  it('is answered with headers that keep browsers strict', async () => {
    const { headers } = await router.ask(QUERY);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('does not make the executor show its plan', async () => {
    const answer = await router.ask(QUERY, { headers: { 'apollo-query-plan-experimental': '1' } });
    expect(answer.extensions).toBeUndefined();
  });
});

async function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(router.url);
  const socket = connect(Number(port), hostname);
  socket.end(text);
  let answer = '';
  for await (const chunk of socket) {
    answer += String(chunk);
  }
  return answer;
}

describe('introspection', () => {
  const ASK = '{ __schema { queryType { name } } }';

  it('is open on the embedded default and closed in production', async () => {
    expect((await router.ask(ASK)).data).toEqual({ __schema: { queryType: { name: 'Query' } } });
    expect((await production.ask(ASK)).errors?.[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('is not made up for by hints', async () => {
    expect((await router.ask('{ bookz }')).errors?.[0]?.message).toContain('Did you mean');
    expect(JSON.stringify(await production.ask('{ bookz }'))).not.toContain('Did you mean');
  });
});

describe('CORS', () => {
  const preflight = (of: TestRouter, origin: string): Promise<Response> =>
    fetch(`${of.url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
  const allowed = async (of: TestRouter, origin: string): Promise<string | null> =>
    (await preflight(of, origin)).headers.get('access-control-allow-origin');

  it('lets the configured origin ask, and no other', async () => {
    expect(await allowed(production, 'https://shop.example.com')).toBe('https://shop.example.com');
    for (const origin of [
      'https://evil.example.com',
      'http://shop.example.com',
      'https://shop.example.com.evil.net',
      'null',
      'http://localhost:3000',
    ]) {
      expect(await allowed(production, origin)).toBeNull();
    }
  });

  it('never allows credentials', async () => {
    const response = await preflight(production, 'https://shop.example.com');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    expect(response.headers.get('vary')).toContain('Origin');
  });

  it('lets pages of this machine ask on the embedded default', async () => {
    expect(await allowed(router, 'http://localhost:5173')).toBe('http://localhost:5173');
    expect(await allowed(router, 'http://localhost.evil.net')).toBeNull();
    expect(await allowed(router, 'https://evil.net')).toBeNull();
  });
});
