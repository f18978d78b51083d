import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seedLarge, startSystem, type RunningSystem } from '@supergraph/cli';
import { CALLER_HEADER, SECRET_HEADER } from '@supergraph/platform/identity';
import pg from 'pg';
import { startTelling, type TellingGateway } from '../gateways/gateway.js';

/** How much is generated. */
export interface Size {
  readonly users: number;
  readonly payments: number;
}

/** The four services as they run, and what a router beside them needs to know. */
export interface World {
  readonly system: RunningSystem;
  /** Starts a router over the services with so much room for its cache. */
  startRouter(name: string, cacheBytes: number): Promise<TellingGateway>;
  /** Starts the service that joins, over the database of `auth`. */
  startJoin(): Promise<TellingGateway>;
  stop(): Promise<void>;
}

const ROUTER = fileURLToPath(new URL('../../../router/dist/main.js', import.meta.url));
const JOIN = fileURLToPath(new URL('join-process.js', import.meta.url));
const SUPERGRAPH = fileURLToPath(new URL('../../../schema/supergraph.graphql', import.meta.url));
const SECRET = 'a-secret-of-the-benchmark-that-is-long-enough';

/** What the service that joins is told. */
export interface JoinSettings {
  readonly secret: string;
  readonly databaseUrl: string;
  readonly keysUrl: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** By which the service that joins knows who asks. */
export const JOIN_HEADERS = { [CALLER_HEADER]: 'router', [SECRET_HEADER]: SECRET };

/** Starts the system in a temporary folder and fills it. */
export async function startWorld(topology: 'separate' | 'shared', size: Size): Promise<World> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'bench-entity-cache-'));
  // mkdtemp closes the folder to everybody else, and root's PostgreSQL runs as somebody else.
  chmodSync(dataFolder, 0o755);
  const system = await startSystem({
    dataFolder,
    topology,
    routerPort: 0,
    anyPorts: true,
    demoData: false,
    environment: { AUTH_ACCESS_TOKEN_SECONDS: '86400', LOG_LEVEL: 'warn' },
  });
  const stop = async (): Promise<void> => {
    await system.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  };
  try {
    await seedLarge({
      ...size,
      ownerUrls: Object.fromEntries(
        system.services.map(({ service, databaseUrls: { ownerUrl = '' } }) => [service.name, ownerUrl]),
      ),
    });
    for (const { service } of system.services) {
      await vacuum(superuserUrl(system, service.name));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    system,
    startRouter: (name, cacheBytes) =>
      startTelling(
        name,
        process.execPath,
        [ROUTER],
        { env: routerEnvironment(system, cacheBytes) },
        toGraphql,
      ),
    startJoin() {
      const settings: JoinSettings = {
        secret: SECRET,
        databaseUrl: superuserUrl(system, 'auth'),
        keysUrl: `${urlOf(system, 'auth')}/.well-known/jwks.json`,
        environment,
      };
      return startTelling(
        'SQL joins',
        process.execPath,
        [JOIN, JSON.stringify(settings)],
        { env: environment },
        toGraphql,
      );
    },
    stop,
  };
}

const toGraphql = (url: string): string => `${url}/graphql`;

const environment = {
  NODE_ENV: 'production',
  PATH: dirname(process.execPath),
  SUPERGRAPH_MODE: 'production',
  LOG_LEVEL: 'warn',
};

function routerEnvironment(system: RunningSystem, cacheBytes: number): Readonly<Record<string, string>> {
  const secrets = JSON.parse(readFileSync(system.folder.secretsFile, 'utf8')) as Record<string, string>;
  return {
    ...environment,
    ROUTER_PORT: '0',
    ROUTER_SUPERGRAPH_FILE: SUPERGRAPH,
    ROUTER_ENTITY_CACHE_BYTES: String(cacheBytes),
    ROUTER_EVENT_SOURCES: system.services.map(({ service }) => service.name).join(','),
    AUTH_JWKS_URL: `${urlOf(system, 'auth')}/.well-known/jwks.json`,
    ...Object.fromEntries(
      system.services.flatMap(({ service: { environmentPrefix }, process }) => [
        [`${environmentPrefix}_URLS`, `${process.url}/graphql`],
        [`${environmentPrefix}_SECRET_FROM_ROUTER`, secrets[`${environmentPrefix}_SECRET_FROM_ROUTER`] ?? ''],
      ]),
    ),
  };
}

function urlOf({ services }: RunningSystem, name: string): string {
  return services.find(({ service }) => service.name === name)?.process.url ?? '';
}

function superuserUrl({ services, servers }: RunningSystem, name: string): string {
  const server = servers.find((candidate) => candidate.name === name) ?? servers[0];
  const service = services.find((candidate) => candidate.service.name === name);
  if (server === undefined || service === undefined) {
    throw new Error(`${name} has no database here.`);
  }
  return server.server().superuserUrl(new URL(service.databaseUrls.serviceUrl).pathname.slice(1));
}

async function vacuum(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query('VACUUM (ANALYZE)');
  } finally {
    await client.end();
  }
}
