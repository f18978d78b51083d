import type pg from 'pg';
import type { Server } from './types.js';

/** What a migration depends on; a setting that the server does not have is left out of the answer. */
const SETTINGS = [
  'wal_level',
  'max_replication_slots',
  'max_wal_senders',
  'max_slot_wal_keep_size',
  'max_worker_processes',
  'max_logical_replication_workers',
  'max_sync_workers_per_subscription',
  'wal_sender_timeout',
  'idle_replication_slot_timeout',
  'max_connections',
  'server_encoding',
  'lc_collate',
  'session_replication_role',
  'track_io_timing',
] as const;

/** Reads the server's version and settings, and what the connected role may do. */
export async function readServer(client: pg.ClientBase): Promise<Server> {
  const { rows } = await client.query<{
    version: number;
    database: string;
    database_bytes: string;
    role: string;
    superuser: boolean;
    may_replicate: boolean;
    may_create: boolean;
    in_recovery: boolean;
    settings: Record<string, string>;
    slots: number;
    senders: number;
    extensions: Record<string, string>;
  }>(
    `SELECT current_setting('server_version_num')::int AS version, current_database() AS database,
            pg_database_size(current_database()) AS database_bytes, current_user AS role,
            r.rolsuper AS superuser, r.rolsuper OR r.rolreplication AS may_replicate,
            has_database_privilege(current_database(), 'CREATE') AS may_create, pg_is_in_recovery() AS in_recovery,
            (SELECT json_object_agg(name, current_setting(name)) FROM pg_settings WHERE name = ANY ($1)) AS settings,
            (SELECT count(*)::int FROM pg_replication_slots) AS slots,
            (SELECT count(*)::int FROM pg_stat_replication) AS senders,
            (SELECT coalesce(json_object_agg(extname, extversion), '{}') FROM pg_extension) AS extensions
       FROM pg_roles r WHERE r.rolname = current_user`,
    [SETTINGS],
  );
  const [row] = rows;
  if (row === undefined) {
    throw new Error('PostgreSQL does not know the role that this connection uses.');
  }
  return {
    version: row.version,
    majorVersion: Math.floor(row.version / 10_000),
    database: row.database,
    databaseBytes: Number(row.database_bytes),
    role: row.role,
    superuser: row.superuser,
    mayReplicate: row.may_replicate,
    mayCreateInDatabase: row.may_create,
    inRecovery: row.in_recovery,
    settings: row.settings,
    slotsInUse: row.slots,
    sendersInUse: row.senders,
    extensions: row.extensions,
  };
}
