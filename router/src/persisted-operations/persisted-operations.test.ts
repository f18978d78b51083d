import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger, createMetrics } from '@supergraph/platform/telemetry';
import { readRouterConfiguration } from '../config.js';
import { startCatalogue } from '../testing/library.js';
import { post, startTestRouter, type GraphqlAnswer, type TestRouter } from '../testing/test-router.js';
import type { TestSubgraph } from '../testing/test-subgraph.js';
import { parseManifest } from './manifest.js';
import { startPersistedOperations } from './start-persisted-operations.js';

const TITLES = 'query Titles { books { title } }';
const ISBN = 'query Isbn { books { isbn } }';
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const manifestOf = (...operations: ReadonlyArray<object>): string =>
  JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations });
const entry = (body: string, changes: object = {}): object => ({
  id: hash(body),
  body,
  name: 'Name',
  type: 'query',
  ...changes,
});

let catalogue: TestSubgraph;
let folder: string;
let file: string;
const routers: TestRouter[] = [];

beforeAll(async () => {
  catalogue = await startCatalogue();
  folder = await mkdtemp(join(tmpdir(), 'manifest-test-'));
  file = join(folder, 'manifest.json');
  await writeFile(file, manifestOf(entry(TITLES), entry(ISBN, { id: 'own', clientName: 'shop' })));
});

afterEach(async () => {
  await Promise.all(routers.splice(0).map((router) => router.stop()));
});

afterAll(async () => {
  await catalogue.kill();
  await rm(folder, { recursive: true });
});

async function start(environment: Readonly<Record<string, string>>): Promise<TestRouter> {
  const router = await startTestRouter([catalogue], environment);
  routers.push(router);
  return router;
}

const send = (router: TestRouter, body: object, headers?: Record<string, string>): Promise<GraphqlAnswer> =>
  post(`${router.url}/graphql`, body, headers);
const persisted = (sha256Hash: string): object => ({
  extensions: { persistedQuery: { version: 1, sha256Hash } },
});

function expectCode(answer: GraphqlAnswer, status: number, code: string): void {
  expect({ status: answer.status, code: answer.errors?.[0]?.extensions['code'] }).toEqual({ status, code });
  expect(answer).not.toHaveProperty('data');
}

describe('a registered operation', () => {
  it('is executed by its id: hash, document id, by GET, and for its own client', async () => {
    const router = await start({ ROUTER_PERSISTED_OPERATIONS_FILE: file });
    const id = hash(TITLES);
    for (const body of [persisted(id), { documentId: `sha256:${id}` }, { documentId: id }]) {
      expect((await send(router, body)).data?.['books']).toHaveLength(3);
    }
    const extensions = encodeURIComponent(JSON.stringify({ persistedQuery: { version: 1, sha256Hash: id } }));
    const response = await fetch(`${router.url}/graphql?extensions=${extensions}`, {
      headers: { 'apollo-require-preflight': 'true' },
    });
    expect(await response.json()).toMatchObject({ data: { books: [{ title: 'Book 1' }, {}, {}] } });
    expect(
      (await send(router, { documentId: 'own' }, { 'apollographql-client-name': 'shop' })).data,
    ).toBeDefined();
    expectCode(await send(router, { documentId: 'own' }), 403, 'PERSISTED_QUERY_NOT_IN_LIST');
    expect((await router.ask('{ hidden }')).errors).toBeUndefined();
  });

  it('is all that a safelist lets in, by its id or by its exact text', async () => {
    const router = await start({
      ROUTER_PERSISTED_OPERATIONS_FILE: file,
      ROUTER_PERSISTED_OPERATIONS_MODE: 'safelist',
    });
    catalogue.requests.length = 0;
    expectCode(await router.ask(`${TITLES} `), 403, 'PERSISTED_QUERY_NOT_IN_LIST');
    expectCode(await send(router, persisted('0'.repeat(64))), 403, 'PERSISTED_QUERY_NOT_IN_LIST');
    expectCode(
      await send(router, { query: '{ hidden }', ...persisted(hash(TITLES)) }),
      403,
      'PERSISTED_QUERY_NOT_IN_LIST',
    );
    expect(catalogue.requests).toEqual([]);
    expect((await router.ask(TITLES)).errors).toBeUndefined();
    expect((await send(router, persisted(hash(TITLES)))).errors).toBeUndefined();
    expect((await send(router, { query: TITLES, ...persisted(hash(TITLES)) })).errors).toBeUndefined();
  });

  it('is planned, and has a name in the metrics, before it is asked for', async () => {
    const router = await start({ ROUTER_PERSISTED_OPERATIONS_FILE: file });
    await send(router, persisted(hash(TITLES)));
    const metrics = await (await fetch(`${router.url}/metrics`)).text();
    expect(metrics).toMatch(/router_plan_duration_seconds_count\{[^}]*reason="warming"\} 2/);
    expect(metrics).not.toMatch(/router_plan_duration_seconds_count\{[^}]*reason="request"/);
    expect(metrics).toMatch(/operation="Titles"/);
  });

  it('is let in by its id only when that is required', async () => {
    const router = await start({
      ROUTER_PERSISTED_OPERATIONS_FILE: file,
      ROUTER_PERSISTED_OPERATIONS_MODE: 'safelist',
      ROUTER_PERSISTED_OPERATIONS_REQUIRE_ID: 'true',
    });
    expectCode(await router.ask(TITLES), 403, 'PERSISTED_QUERY_ID_REQUIRED');
    expect((await send(router, persisted(hash(TITLES)))).errors).toBeUndefined();
  });
});

describe('an automatic persisted query', () => {
  it('is kept when it is right, and found by its hash from then on', async () => {
    const router = await start({ ROUTER_AUTOMATIC_PERSISTED_QUERIES: 'true' });
    const wrong = '{ absent }';
    expectCode(await send(router, persisted(hash(ISBN))), 200, 'PERSISTED_QUERY_NOT_FOUND');
    expect((await send(router, persisted(hash(ISBN)))).errors?.[0]?.message).toBe('PersistedQueryNotFound');
    expectCode(
      await send(router, { query: ISBN, ...persisted(hash(TITLES)) }),
      400,
      'PERSISTED_QUERY_HASH_MISMATCH',
    );
    expect((await send(router, { query: ISBN, ...persisted(hash(ISBN)) })).errors).toBeUndefined();
    expect((await send(router, persisted(hash(ISBN)))).data?.['books']).toHaveLength(3);
    await send(router, { query: wrong, ...persisted(hash(wrong)) });
    expectCode(await send(router, persisted(hash(wrong))), 200, 'PERSISTED_QUERY_NOT_FOUND');
  });
});

describe('the mode', () => {
  const refused = (environment: Readonly<Record<string, string>>): string => {
    try {
      readRouterConfiguration({ SUPERGRAPH_MODE: 'embedded', ...environment });
      return 'taken';
    } catch (error) {
      return String(error);
    }
  };

  it('must fit the other settings, and the manifest must be one', () => {
    expect(refused({ ROUTER_PERSISTED_OPERATIONS_MODE: 'audit' })).toContain('needs ROUTER_PERSISTED');
    expect(
      refused({
        ROUTER_PERSISTED_OPERATIONS_FILE: file,
        ROUTER_PERSISTED_OPERATIONS_MODE: 'safelist',
        ROUTER_AUTOMATIC_PERSISTED_QUERIES: 'true',
      }),
    ).toContain('would let in');
    expect(refused({ ROUTER_PERSISTED_OPERATIONS_FILE: join(folder, 'absent') })).toContain('cannot be used');
  });

  it('audit lets in what is not registered and counts it', async () => {
    const settings = { file, mode: 'audit', requireId: false, automatic: false } as const;
    const watched = await startPersistedOperations(
      settings,
      createLogger('test', 'silent'),
      createMetrics('test'),
    );
    const ask = (text: string) =>
      watched.operations.admit(
        { text, id: undefined, operationName: undefined, variables: undefined },
        undefined,
      );
    expect(ask('{ a }')).toEqual({ text: '{ a }' });
    expect(ask(TITLES)).toEqual({ text: TITLES, id: hash(TITLES) });
    expect(watched.operations.unregistered).toBe(1);
    watched.stop();
  });
});

describe('the manifest', () => {
  it('is read again when it changes, and a broken one is refused while the one before goes on', async () => {
    const changing = join(folder, 'changing.json');
    await writeFile(changing, manifestOf(entry(TITLES)));
    const settings = { file: changing, mode: 'safelist', requireId: false, automatic: false } as const;
    const watched = await startPersistedOperations(
      settings,
      createLogger('test', 'silent'),
      createMetrics('test'),
    );
    const replaced: number[] = [];
    watched.follow((documents) => replaced.push(documents.length));
    const find = (text: string): string | undefined =>
      watched.operations.admit(
        { text: undefined, id: hash(text), operationName: undefined, variables: undefined },
        undefined,
      )?.text;
    await writeFile(changing, manifestOf(entry('{')));
    await watched.reload();
    expect(find(TITLES)).toBe(TITLES);
    await writeFile(changing, manifestOf(entry(ISBN)));
    await watched.reload();
    expect(find(ISBN)).toBe(ISBN);
    expect(() => find(TITLES)).toThrow('No operation is registered');
    expect(replaced).toEqual([1]);
    watched.stop();
  });

  it.each([
    ['no JSON', '{', /JSON/],
    ['another format', '{"format":"other","version":1,"operations":[]}', /format/],
    [
      'another version',
      '{"format":"apollo-persisted-query-manifest","version":2,"operations":[]}',
      /version/,
    ],
    ['a body that is not GraphQL', manifestOf(entry('{ a')), /Name is not GraphQL/],
    ['a body of two operations', manifestOf(entry('query A { a } query B { b }')), /not exactly one/],
    [
      'one id for two bodies',
      manifestOf(entry('{ a }', { id: 'x' }), entry('{ b }', { id: 'x' })),
      /two operations/,
    ],
  ])('cannot be %s', (_case, text, expected) => {
    expect(() => parseManifest(text)).toThrow(expected);
  });
});
