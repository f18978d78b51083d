import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { secretNameFor } from '@supergraph/platform/configuration';
import { freePort } from '@supergraph/platform/testing';
import { startAt, startTelling, type Gateway, type TellingGateway } from './gateway.js';
import type { RunningShop } from './shop/start-shop.js';
import { SHOP } from './shop/subgraphs.js';

/** A gateway that can be started over the shop. */
export interface Peer {
  readonly name: string;
  /** Undefined when it can; else what to do. */
  readonly missing: string | undefined;
  start(shop: RunningShop): Promise<Gateway>;
}

const PEERS = fileURLToPath(new URL('../../peers', import.meta.url));
const ROUTER = fileURLToPath(new URL('../../../router/dist/main.js', import.meta.url));
const HIVE = join(PEERS, 'node_modules', '@graphql-hive', 'gateway', 'dist', 'bin.js');
const GRAFBASE = join(PEERS, 'node_modules', '@grafbase', 'cli-x86_64-unknown-linux-musl', 'grafbase');
const INSTALL = 'npm install --prefix bench/peers';

const environment = {
  NODE_ENV: 'production',
  APOLLO_TELEMETRY_DISABLED: '1',
  HOME: homedir(),
  PATH: dirname(process.execPath),
};

/** Everybody in the comparison; this router first. */
export const peers: ReadonlyArray<Peer> = [
  {
    name: 'this router',
    missing: undefined,
    start: (shop) => startRouter(shop),
  },
  {
    name: '@apollo/gateway',
    missing: undefined,
    start: (shop) => startStock(shop),
  },
  {
    name: 'Hive Gateway',
    missing: existsSync(HIVE) ? undefined : INSTALL,
    async start(shop) {
      const port = await freePort();
      return startAt(
        'Hive Gateway',
        `http://127.0.0.1:${port}/graphql`,
        process.execPath,
        [
          HIVE,
          'supergraph',
          writeSupergraph(shop),
          '--port',
          String(port),
          '--host',
          '127.0.0.1',
          '--fork',
          '1',
          '--jit',
        ],
        { env: { ...environment, LOG_LEVEL: 'error' }, cwd: PEERS },
      );
    },
  },
  {
    name: 'Grafbase',
    missing: existsSync(GRAFBASE) ? undefined : `${INSTALL} (x86-64 Linux)`,
    async start(shop) {
      const port = await freePort();
      return startAt(
        'Grafbase',
        `http://127.0.0.1:${port}/graphql`,
        GRAFBASE,
        ['dev', '--config', writeGrafbaseConfiguration(shop), '--port', String(port)],
        { env: environment },
      );
    },
  },
];

/** Starts this router, with `nodeOptions` before its file. */
export function startRouter(
  shop: RunningShop,
  nodeOptions: ReadonlyArray<string> = [],
): Promise<TellingGateway> {
  return startTelling(
    'this router',
    process.execPath,
    [...nodeOptions, ROUTER],
    { env: { ...environment, ...routerEnvironment(shop) } },
    (url) => `${url}/graphql`,
  );
}

/** Starts `@apollo/gateway`, with `nodeOptions` before its file. */
export function startStock(
  shop: RunningShop,
  nodeOptions: ReadonlyArray<string> = [],
): Promise<TellingGateway> {
  return startTelling(
    '@apollo/gateway',
    process.execPath,
    [...nodeOptions, fileURLToPath(new URL('stock-process.js', import.meta.url)), writeSupergraph(shop)],
    { env: environment },
  );
}

/** As in production: no introspection, secrets told to the subgraphs, bounds on what a request may take. */
function routerEnvironment(shop: RunningShop): Readonly<Record<string, string>> {
  return {
    SUPERGRAPH_MODE: 'production',
    LOG_LEVEL: 'warn',
    ROUTER_PORT: '0',
    ROUTER_SUPERGRAPH_FILE: writeSupergraph(shop),
    // Nobody signs in here, so nobody asks for keys.
    AUTH_JWKS_URL: 'http://127.0.0.1:1/.well-known/jwks.json',
    ...Object.fromEntries(
      SHOP.map(({ name }) => [
        secretNameFor(name, 'router'),
        'a-secret-of-the-benchmark-that-is-long-enough',
      ]),
    ),
  };
}

function writeSupergraph({ supergraph }: RunningShop): string {
  const file = join(mkdtempSync(join(tmpdir(), 'bench-gateways-')), 'supergraph.graphql');
  writeFileSync(file, supergraph);
  return file;
}

/** It composes by itself, from the schemas of the subgraphs. */
function writeGrafbaseConfiguration({ urls }: RunningShop): string {
  const folder = mkdtempSync(join(tmpdir(), 'bench-gateways-'));
  const parts = SHOP.map(({ name, sdl }) => {
    writeFileSync(join(folder, `${name}.graphql`), sdl);
    return `[subgraphs.${name}]\nurl = "${urls[name]}"\nschema_path = "${join(folder, `${name}.graphql`)}"\n`;
  });
  const file = join(folder, 'grafbase.toml');
  writeFileSync(file, parts.join('\n'));
  return file;
}
