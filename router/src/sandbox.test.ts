import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express, { type Express } from 'express';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { securityHeaders } from './http/security-headers.js';
import { sandboxRoutes } from './sandbox/routes.js';
import { startCatalogue, startReviews } from './testing/library.js';
import { post, SECRET, startTestRouter, type TestRouter } from './testing/test-router.js';
import type { TestSubgraph } from './testing/test-subgraph.js';

const login = { label: 'Reader', document: 'mutation { a }', variables: { a: 1 }, tokenPath: 'a.b' };
let catalogue: TestSubgraph;
let reviews: TestSubgraph;
let router: TestRouter;
let production: TestRouter;

beforeAll(async () => {
  [catalogue, reviews] = await Promise.all([startCatalogue(), startReviews()]);
  const settings = JSON.stringify({
    title: 'Library',
    logins: [login],
    examples: [{ name: 'a', document: '{ a }' }],
  });
  router = await startTestRouter([catalogue, reviews], { ROUTER_SANDBOX_SETTINGS: settings });
  production = await startTestRouter([catalogue, reviews], {
    SUPERGRAPH_MODE: 'production',
    ROUTER_SANDBOX_SETTINGS: settings,
  });
});

afterAll(async () => {
  await Promise.all([router.stop(), production.stop(), catalogue.kill(), reviews.kill()]);
});

describe('GET /sandbox/config.json', () => {
  it('tells the settings, the subgraphs and who owns what', async () => {
    const response = await fetch(`${router.url}/sandbox/config.json`);
    expect(await response.json()).toMatchObject({
      title: 'Library',
      endpoint: '/graphql',
      logins: [login],
      examples: [{ name: 'a' }],
      subgraphs: [
        { name: 'catalogue', endpoint: '/sandbox/subgraphs/catalogue' },
        { name: 'reviews', endpoint: '/sandbox/subgraphs/reviews' },
      ],
      ownership: { types: expect.arrayContaining([expect.objectContaining({ name: 'Book' })]) },
    });
  });
});

describe('POST /sandbox/subgraphs/:name', () => {
  const ask = (headers?: Record<string, string>, name = 'reviews') =>
    post(`${router.url}/sandbox/subgraphs/${name}`, { query: '{ _service { sdl } reviewCount }' }, headers);

  it('asks that subgraph alone, with the router’s secret and the caller’s token', async () => {
    const token = await router.sign();
    reviews.requests.splice(0);
    catalogue.requests.splice(0);
    const answer = await ask({ authorization: `Bearer ${token}`, 'x-supergraph-secret': 'guessed' });
    expect(answer.data).toMatchObject({
      reviewCount: 7,
      _service: { sdl: expect.stringContaining('type Review') },
    });
    expect(catalogue.requests).toEqual([]);
    expect(reviews.requests[0]!.headers).toMatchObject({
      authorization: `Bearer ${token}`,
      'x-supergraph-caller': 'router',
      'x-supergraph-secret': SECRET,
    });
  });

  it('refuses a token that is not right, and asks nobody', async () => {
    reviews.requests.splice(0);
    const answer = await ask({ authorization: 'Bearer not.a.token' });
    expect([answer.status, answer.errors?.[0]?.extensions['code']]).toEqual([401, 'TOKEN_INVALID']);
    expect(reviews.requests).toEqual([]);
  });

  it('gives pages of other origins no permission', async () => {
    const response = await fetch(`${router.url}/sandbox/subgraphs/reviews`, {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:5173', 'access-control-request-method': 'POST' },
    });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect((await ask({ 'content-type': 'text/plain' })).status).toBe(415);
  });

  it('knows the supergraph’s subgraphs only', async () => {
    expect((await ask({}, 'absent')).status).toBe(404);
    expect((await ask({}, '..%2f..%2fgraphql')).status).toBe(404);
  });

  it('says when the subgraph cannot be reached', async () => {
    await reviews.kill();
    const answer = await ask();
    expect([answer.status, answer.errors?.[0]?.extensions['code']]).toEqual([503, 'SUBGRAPH_UNAVAILABLE']);
    await reviews.revive();
  });
});

describe('the sandbox in production', () => {
  it.each(['/', '/sandbox/config.json', '/sandbox/index.html', '/sandbox/subgraphs/reviews'])(
    'is not at %s',
    async (path) => {
      const method = path.includes('subgraphs') ? 'POST' : 'GET';
      const body = method === 'POST' ? { body: '{"query":"{ reviewCount }"}' } : {};
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${production.url}${path}`, { method, headers, ...body });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    },
  );

  it('can be asked for, without logins', async () => {
    const asked = await startTestRouter([catalogue, reviews], {
      SUPERGRAPH_MODE: 'production',
      ROUTER_SANDBOX: 'true',
      ROUTER_SANDBOX_SETTINGS: JSON.stringify({ logins: [login] }),
    });
    const response = await fetch(`${asked.url}/sandbox/config.json`);
    expect(await response.json()).toMatchObject({ title: 'Supergraph', logins: [] });
    await asked.stop();
  });
});

describe('the page', () => {
  let folder: string;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandbox-page-'));
    const app: Express = express();
    app.use(
      securityHeaders,
      sandboxRoutes({
        settings: { title: 'a', logins: [], examples: [] },
        folder,
        supergraph: () => {
          throw new Error('not asked for');
        },
        createContext: () => Promise.reject(new Error('not asked for')),
        maximumBodyBytes: 1_000,
      }),
    );
    server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  it('says in plain words when it is not built', async () => {
    const response = await fetch(url);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('npm run build');
  });

  it('is served with a policy that runs its own scripts only, and its assets beside it', async () => {
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>page</title>');
    await writeFile(join(folder, 'assets', 'page-1a2b.js'), 'export {};');
    const page = await fetch(url);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(await page.text()).toContain('<title>page</title>');
    const asset = await fetch(`${url}/sandbox/assets/page-1a2b.js`);
    expect(asset.headers.get('content-type')).toContain('javascript');
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect((await fetch(`${url}/sandbox/..%2f..%2fetc/passwd`)).status).toBe(404);
  });
});
