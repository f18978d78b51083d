import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '@supergraph/platform/embedded-postgres';
import { deployMigrations } from '@supergraph/platform/prisma';
import { applyGrants, ensureServiceRole, provisionServiceDatabase } from '@supergraph/platform/provisioning';
import type { Service } from '@supergraph/schema/services';
import type { DataFolder, Topology } from './data-folder.js';
import type { SecretSource } from './secrets.js';

/** The two ways into a service's tables. */
export interface ServiceDatabaseUrls {
  /** Of the role that the service itself uses. */
  readonly serviceUrl: string;
  /** Of the role that owns the tables and migrates; undefined when somebody else migrates. */
  readonly ownerUrl: string | undefined;
}

/** A PostgreSQL server that the launcher looks after. */
export interface ManagedServer {
  readonly name: string;
  readonly server: () => EmbeddedPostgres;
  stop(): Promise<void>;
}

/** What {@link startServer} needs to know. */
export interface ServerOptions {
  readonly folder: DataFolder;
  readonly topology: Topology;
  readonly services: ReadonlyArray<Service>;
  readonly secret: SecretSource;
  /** Ports as wished by the list, or any free ones. */
  readonly anyPorts: boolean;
  readonly onNotice: (message: string) => void;
}

/** Name of the one server of the shared topology, and of its database. */
export const SHARED = { server: 'shared', database: 'shared_db' } as const;

/** Name of the server with the database that a service of the shared topology may move to; it idles until then. */
export function nextServerName(service: Service): string {
  return `next_${service.name}`;
}

/** Tells on which server a service's tables lie. */
export function serverNameOf(service: Service, topology: Topology): string {
  return topology === 'shared' ? SHARED.server : service.name;
}

/**
 * Starts one server, and starts it again whenever it ends by itself: on the same port, with growing pauses.
 *
 * @param settings over those of the embedded default
 */
export async function startServer(
  options: ServerOptions,
  name: string,
  wishedPort: number | undefined,
  settings: Readonly<Record<string, string>> = {},
): Promise<ManagedServer> {
  const start = (port: number | undefined): Promise<EmbeddedPostgres> =>
    startEmbeddedPostgres({
      dataDirectory: options.folder.clusterFolder(options.topology, name),
      superuserPassword: options.secret(`${name.toUpperCase()}_SUPERUSER_PASSWORD`),
      settings,
      onNotice: (message) => options.onNotice(`PostgreSQL of ${name}: ${message}`),
      ...(port === undefined ? {} : { port }),
    });
  // Databases that follow one another in a migration know each other by their ports.
  const lastPort =
    options.topology === 'shared' ? lastPortOf(options.folder.clusterFolder('shared', name)) : undefined;
  let server = await start(lastPort ?? (options.anyPorts ? undefined : wishedPort));
  const { port } = server;
  const stopping = new AbortController();
  const stopped = (): boolean => stopping.signal.aborted;

  /** The services know the server by its port: on another one nobody would find it. */
  const startOnSamePort = async (): Promise<EmbeddedPostgres> => {
    const started = await start(port);
    if (started.port !== port) {
      await started.stop('fast');
      throw new Error(`its port ${port} is taken by another program`);
    }
    return started;
  };
  const restart = async (): Promise<void> => {
    if (!stopped()) {
      options.onNotice(`PostgreSQL of ${name} ended by itself; starting it again`);
    }
    for (let pause = 100; !stopped(); pause = Math.min(pause * 2, 5_000)) {
      try {
        server = await startOnSamePort();
        return;
      } catch (error) {
        options.onNotice(`PostgreSQL of ${name} does not start: ${(error as Error).message}`);
        await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };
  const lookAfter = async (): Promise<void> => {
    while (!stopped()) {
      const begin = Date.now();
      await server.exited;
      if (Date.now() - begin < STEADY_MILLISECONDS) {
        // A server that keeps ending at once must not keep the machine busy.
        await sleep(500, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
      await restart();
    }
  };
  const lookedAfter = lookAfter();
  return {
    name,
    server: () => server,
    async stop() {
      stopping.abort();
      await server.stop('fast');
      // A restart under way when this began has just ended with a server that runs.
      await lookedAfter;
      await server.stop('fast');
    },
  };
}

/** The port on which a cluster's server listened last, as PostgreSQL notes its command line; undefined for a new one. */
function lastPortOf(clusterFolder: string): number | undefined {
  const file = join(clusterFolder, 'postmaster.opts');
  if (!existsSync(file)) return undefined;
  const port = /"port=(\d+)"/.exec(readFileSync(file, 'utf8'))?.[1];
  return port === undefined ? undefined : Number(port);
}

/** A server that lived this long had started well: it is started again at once. */
const STEADY_MILLISECONDS = 2_000;

/**
 * Makes a service's part of its server ready to serve: database, roles, migrations, rights. Safe to run again.
 *
 * @param options.migrate leaves migrations and rights as they are when false
 * @returns the names of the migrations that were applied now
 */
export async function prepareDatabase(
  options: ServerOptions,
  service: Service,
  server: EmbeddedPostgres,
  { migrate = true }: { readonly migrate?: boolean } = {},
): Promise<{ readonly urls: Required<ServiceDatabaseUrls>; readonly applied: ReadonlyArray<string> }> {
  const shared = options.topology === 'shared';
  const serviceRole = `${service.name}_service`;
  const { ownerUrl, serviceUrl } = await provisionServiceDatabase({
    superuserUrl: server.superuserUrl(),
    database: shared ? SHARED.database : service.database,
    schema: service.name,
    ownerRole: `${service.name}_owner`,
    ownerPassword: options.secret(`${service.environmentPrefix}_OWNER_PASSWORD`),
    serviceRole,
    servicePassword: options.secret(`${service.environmentPrefix}_SERVICE_PASSWORD`),
    ...(shared ? { databaseOwner: 'shared_owner' } : {}),
  });
  const { applied } = migrate ? await migrateService(service, ownerUrl, serviceRole) : { applied: [] };
  return { urls: { ownerUrl, serviceUrl }, applied };
}

/**
 * Does the same on a server that somebody else runs: makes the service's role when it is missing and the owner may
 * make roles, migrates, grants.
 *
 * @throws {ProvisioningError} with the SQL that an administrator has to run when the owner may not
 */
export async function prepareExternalDatabase(
  service: Service,
  urls: Required<ServiceDatabaseUrls>,
): Promise<{ readonly applied: ReadonlyArray<string> }> {
  const serviceUrl = new URL(urls.serviceUrl);
  const serviceRole = decodeURIComponent(serviceUrl.username);
  const ownerUrl = String(urls.ownerUrl);
  // The schema comes first: the role's rights and its search path refer to it.
  const { applied } = await deployMigrations({
    connectionString: ownerUrl,
    schema: service.name,
    migrationsDirectory: join(service.folder, 'prisma', 'migrations'),
  });
  await ensureServiceRole({
    ownerUrl,
    schema: service.name,
    serviceRole,
    servicePassword: decodeURIComponent(serviceUrl.password),
  });
  await grant(service, ownerUrl, serviceRole);
  return { applied };
}

/** Brings a service's tables up to date as their owner, and gives its role exactly the rights of `grants.sql`. */
export async function migrateService(
  service: Service,
  ownerUrl: string,
  serviceRole: string,
): Promise<{ readonly applied: ReadonlyArray<string> }> {
  const { applied } = await deployMigrations({
    connectionString: ownerUrl,
    schema: service.name,
    migrationsDirectory: join(service.folder, 'prisma', 'migrations'),
  });
  await grant(service, ownerUrl, serviceRole);
  return { applied };
}

async function grant(service: Service, ownerUrl: string, serviceRole: string): Promise<void> {
  const sqlFile = join(service.folder, 'prisma', 'grants.sql');
  await applyGrants({ ownerUrl, sqlFile, serviceRole, schema: service.name });
}

/** Removes the clusters of a topology, wherever their data lies. */
export async function removeServers(
  folder: DataFolder,
  topology: Topology,
  services: ReadonlyArray<Service>,
): Promise<void> {
  const names =
    topology === 'shared'
      ? [SHARED.server, ...services.map(nextServerName)]
      : services.map(({ name }) => name);
  await Promise.all(names.map((name) => removeEmbeddedPostgres(folder.clusterFolder(topology, name))));
}
