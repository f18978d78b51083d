import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '@supergraph/platform/configuration';
import { readRouterConfiguration } from './config.js';
import { compose } from './testing/test-router.js';

const SECRET = 's'.repeat(32);
let folder: string;
let supergraph: string;
let needed: Readonly<Record<string, string>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'router-config-'));
  supergraph = join(folder, 'supergraph.graphql');
  const sdl = (field: string): string =>
    `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"]) type Query { ${field}: Int }`;
  await writeFile(
    supergraph,
    compose([
      { name: 'goods-in', url: 'http://goods.internal:1/graphql', sdl: sdl('goods') },
      { name: 'people', url: '', sdl: sdl('people') },
    ]),
  );
  needed = {
    ROUTER_SUPERGRAPH_FILE: supergraph,
    AUTH_JWKS_URL: 'https://auth.internal/keys',
    GOODS_IN_SECRET_FROM_ROUTER: SECRET,
    PEOPLE_SECRET_FROM_ROUTER: SECRET,
    PEOPLE_URLS: 'http://a:1/graphql, http://b:1/graphql',
  };
});

afterAll(() => rm(folder, { recursive: true }));

function mistakesOf(environment: Readonly<Record<string, string>>): string {
  try {
    readRouterConfiguration(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as ConfigurationError).mistakes.join('\n');
  }
  throw new Error('it was accepted');
}

describe('readRouterConfiguration', () => {
  it('reads what is needed, and is closed by default', () => {
    const configuration = readRouterConfiguration(needed);
    expect(configuration).toMatchObject({
      port: 4000,
      corsOrigins: [],
      introspection: false,
      sandbox: undefined,
    });
    expect(
      configuration.settingsOf({ name: 'goods-in', routingUrl: 'http://goods.internal:1/graphql' }),
    ).toEqual({
      name: 'goods-in',
      urls: ['http://goods.internal:1/graphql'],
      timeoutMilliseconds: 5_000,
      secret: SECRET,
    });
    expect(configuration.settingsOf({ name: 'people', routingUrl: '' }).urls).toEqual([
      'http://a:1/graphql',
      'http://b:1/graphql',
    ]);
  });

  it('is open on the embedded default', () => {
    const configuration = readRouterConfiguration({
      SUPERGRAPH_MODE: 'embedded',
      ROUTER_SUPERGRAPH_FILE: supergraph,
      PEOPLE_URLS: 'http://a:1/graphql',
    });
    expect(configuration).toMatchObject({
      introspection: true,
      keysUrl: 'http://127.0.0.1:4001/.well-known/jwks.json',
      sandbox: { title: 'Supergraph', logins: [], examples: [] },
    });
    expect(configuration.corsOrigins).toContain('http://localhost:*');
  });

  it('lists all mistakes at once', () => {
    const mistakes = mistakesOf({
      ROUTER_SUPERGRAPH_FILE: supergraph,
      ROUTER_PORT: 'many',
      ROUTER_MAXIMUM_BODY_BYTES: '0',
      ROUTER_CORS_ORIGINS: 'shop.example.com',
      ROUTER_SANDBOX: 'yes',
      GOODS_IN_SECRET_FROM_ROUTER: 'short',
    });
    for (const name of [
      'ROUTER_PORT',
      'AUTH_JWKS_URL',
      'ROUTER_MAXIMUM_BODY_BYTES',
      'ROUTER_CORS_ORIGINS',
      'ROUTER_SANDBOX',
      'GOODS_IN_SECRET_FROM_ROUTER',
      'PEOPLE_SECRET_FROM_ROUTER',
    ]) {
      expect(mistakes).toContain(name);
    }
    expect(mistakes).not.toContain('short');
  });

  it('needs an address for every subgraph, the keys’ address and secrets of 32 characters', () => {
    expect(mistakesOf({ ...needed, PEOPLE_URLS: '' })).toContain('PEOPLE_URLS');
    expect(mistakesOf({ ...needed, AUTH_JWKS_URL: '' })).toContain('AUTH_JWKS_URL');
    expect(mistakesOf({ ...needed, PEOPLE_SECRET_FROM_ROUTER: 'x'.repeat(31) })).toContain(
      'PEOPLE_SECRET_FROM_ROUTER',
    );
  });

  it('says what is wrong with a supergraph or a sandbox file', async () => {
    expect(mistakesOf({ ...needed, ROUTER_SUPERGRAPH_FILE: join(folder, 'absent') })).toContain('ENOENT');
    const file = join(folder, 'sandbox.json');
    await writeFile(file, '{"title": 7}');
    expect(mistakesOf({ ...needed, ROUTER_SANDBOX_SETTINGS_FILE: file })).toContain('title');
  });

  it('offers logins on the embedded default only', async () => {
    const file = join(folder, 'logins.json');
    const login = { label: 'a', document: '{ a }', variables: {}, tokenPath: 'a.b' };
    await writeFile(file, JSON.stringify({ logins: [login] }));
    const sandbox = { ...needed, ROUTER_SANDBOX: 'true', ROUTER_SANDBOX_SETTINGS_FILE: file };
    expect(readRouterConfiguration({ ...sandbox, SUPERGRAPH_MODE: 'embedded' }).sandbox?.logins).toEqual([
      login,
    ]);
    expect(readRouterConfiguration(sandbox).sandbox?.logins).toEqual([]);
  });
});
