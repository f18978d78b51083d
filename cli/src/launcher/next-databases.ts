import { join } from 'node:path';
import { provisionServiceDatabase, withConnection } from '@supergraph/platform/provisioning';
import type { Service } from '@supergraph/schema/services';
import pg from 'pg';
import { ROOT } from '../root.js';
import type { DataFolder } from './data-folder.js';
import {
  migrateService,
  nextServerName,
  SHARED,
  type ManagedServer,
  type ServiceDatabaseUrls,
} from './databases.js';
import type { SecretSource } from './secrets.js';

/** Where a service that shares its database stands on its way to one of its own. */
export interface MoveState {
  /** As the migration names it: `streaming`, `moved`, `finished`… */
  readonly phase: string;
  readonly writesTo: 'source' | 'target';
}

/** The role that moves services out of the shared database: a member of every owner, and no superuser. */
const MIGRATION_ROLE = 'migration';
/** No table of it yet, or no schema: nothing has ever been moved. */
const NOTHING_MOVED = ['42P01', '3F000', '3D000'];

/** Room for the streams of every service's move, and a bound to what one that stays away may cost. */
export const SHARED_SETTINGS: Readonly<Record<string, string>> = {
  max_connections: '200',
  max_replication_slots: '40',
  max_wal_senders: '40',
  max_worker_processes: '32',
  max_logical_replication_workers: '20',
  max_sync_workers_per_subscription: '2',
  max_slot_wal_keep_size: '4GB',
  max_wal_size: '1GB',
};

/** Settings of a server that a service may move to. */
export const NEXT_SETTINGS: Readonly<Record<string, string>> = { max_wal_size: '1GB' };

/**
 * Asks the shared database which services are on the move.
 *
 * @returns state by service; none for a service that nobody has begun to move
 */
export async function readMoves(superuserUrl: string): Promise<ReadonlyMap<string, MoveState>> {
  try {
    return await withConnection(superuserUrl, async (client) => {
      const { rows } = await client.query<{ name: string; phase: string; writesTo: 'source' | 'target' }>(
        'SELECT name, phase, writes_to AS "writesTo" FROM supergraph_migration.service',
      );
      return new Map(rows.map(({ name, ...state }) => [name, state]));
    });
  } catch (error) {
    if (NOTHING_MOVED.includes((error as { code?: string }).code ?? '')) return new Map();
    throw error;
  }
}

/** What a start of the shared topology gives besides the shared database. */
export interface NextDatabases {
  /** Addresses by service. */
  readonly urls: ReadonlyMap<string, Required<ServiceDatabaseUrls>>;
  /** Address of the shared database as the role that moves services. */
  readonly migrationUrl: string;
  readonly applied: ReadonlyArray<string>;
}

/** Makes the databases that services may move to, and the role that moves them. */
export async function prepareNextDatabases(options: {
  readonly shared: ManagedServer;
  readonly servers: ReadonlyArray<ManagedServer>;
  readonly services: ReadonlyArray<Service>;
  readonly moves: ReadonlyMap<string, MoveState>;
  readonly secret: SecretSource;
}): Promise<NextDatabases> {
  const { shared, servers, services, moves, secret } = options;
  const prepared = await Promise.all(
    services.map(async (service) => {
      const server = servers.find(({ name }) => name === nextServerName(service));
      if (server === undefined) throw new Error(`The server ${nextServerName(service)} was not started.`);
      const next = await prepareNextDatabase(service, server, { secret, state: moves.get(service.name) });
      return [service.name, next] as const;
    }),
  );
  return {
    urls: new Map(prepared.map(([name, { urls }]) => [name, urls])),
    migrationUrl: await prepareMigrationRole(shared, services, secret('MIGRATION_PASSWORD')),
    applied: prepared.flatMap(([, { applied }]) => applied),
  };
}

/**
 * Makes an empty database that a service may move to, with the same roles as in the shared one. Once the service's move is
 * final, migrations go there.
 *
 * @returns the names of the migrations that were applied now
 */
async function prepareNextDatabase(
  service: Service,
  server: ManagedServer,
  options: { readonly secret: SecretSource; readonly state: MoveState | undefined },
): Promise<{ readonly urls: Required<ServiceDatabaseUrls>; readonly applied: ReadonlyArray<string> }> {
  const { secret, state } = options;
  const [owner, serviceRole] = [`${service.name}_owner`, `${service.name}_service`];
  const { ownerUrl, serviceUrl } = await provisionServiceDatabase({
    superuserUrl: server.server().superuserUrl(),
    database: service.database,
    schema: service.name,
    ownerRole: owner,
    ownerPassword: secret(`${service.environmentPrefix}_OWNER_PASSWORD`),
    serviceRole,
    servicePassword: secret(`${service.environmentPrefix}_SERVICE_PASSWORD`),
  });
  await withConnection(server.server().superuserUrl(), (client) => mayReplicate(client, owner));
  const { applied } =
    state?.phase === 'finished' ? await migrateService(service, ownerUrl, serviceRole) : { applied: [] };
  return { urls: { ownerUrl, serviceUrl }, applied };
}

/**
 * Makes the role that moves services, in the shared database.
 *
 * @returns its connection URL
 */
async function prepareMigrationRole(
  shared: ManagedServer,
  services: ReadonlyArray<Service>,
  password: string,
): Promise<string> {
  await withConnection(shared.server().superuserUrl(), async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [MIGRATION_ROLE]);
    if (rowCount === 0) await client.query(`CREATE ROLE ${MIGRATION_ROLE} NOSUPERUSER NOCREATEROLE`);
    await client.query(`ALTER ROLE ${MIGRATION_ROLE} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
    await mayReplicate(client, MIGRATION_ROLE);
    await client.query(`GRANT CONNECT, CREATE ON DATABASE ${SHARED.database} TO ${MIGRATION_ROLE}`);
    for (const { name } of services) {
      await client.query(`GRANT ${pg.escapeIdentifier(`${name}_owner`)} TO ${MIGRATION_ROLE}`);
    }
  });
  const url = new URL(shared.server().superuserUrl(SHARED.database));
  [url.username, url.password] = [MIGRATION_ROLE, password];
  return url.href;
}

/**
 * Writes down what `npm run migration` needs to know of this system.
 *
 * @param options.gateUrls address of each service's process, by service
 * @returns the file
 */
export function writeMigrationSettings(
  folder: DataFolder,
  options: {
    readonly sourceUrl: string;
    readonly gateSecret: string;
    readonly gateUrls: ReadonlyMap<string, string>;
    readonly next: ReadonlyMap<string, Required<ServiceDatabaseUrls>>;
  },
): string {
  const lines = [
    '# What `npm run migration` needs to know of the system that was started here last. Written at every start.',
    `MIGRATION_MAPPING=${join(ROOT, 'deploy', 'shared-database', 'migration.json')}`,
    `MIGRATION_SOURCE_URL=${options.sourceUrl}`,
    `MIGRATION_GATE_SECRET=${options.gateSecret}`,
    ...[...options.next].flatMap(([name, { ownerUrl, serviceUrl }]) => {
      const prefix = name.toUpperCase();
      return [
        `MIGRATION_${prefix}_TARGET_URL=${ownerUrl}`,
        `MIGRATION_${prefix}_GATE_URLS=${options.gateUrls.get(name) ?? ''}`,
        // For the command that makes the tables there: the role that it gives its rights to.
        `${prefix}_DATABASE_URL=${serviceUrl}`,
      ];
    }),
  ];
  return folder.write('migration.env', `${lines.join('\n')}\n`);
}

async function mayReplicate(client: pg.Client, role: string): Promise<void> {
  const name = pg.escapeIdentifier(role);
  await client.query(`ALTER ROLE ${name} REPLICATION; GRANT pg_create_subscription TO ${name}`);
}
