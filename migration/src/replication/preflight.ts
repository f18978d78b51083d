import { displayName, readServer, type Catalog, type Server, type Table } from '../catalog/index.js';
import { MigrationError } from '../errors/index.js';
import type { MoveContext } from '../move/index.js';
import { primaryKeyOf } from '../target-schema/index.js';

/** The copy's own slots, one a table at a time, come on top of the stream's and of the one that a verification keeps. */
const EXTRA_SLOTS = 3;
/** One for the stream, one for the copy or, later, for the stream of references. */
const NEEDED_WORKERS = 2;
/** `origin`, which keeps two streams from feeding each other, and `pg_create_subscription` exist since then. */
const OLDEST_TARGET = 16;
const OLDEST_SOURCE = 13;

/**
 * Looks whether both servers can carry a move, before anything is changed.
 *
 * @returns advice that does not keep anybody from going on
 * @throws {MigrationError} `TOO_OLD`, `UNFIT_SERVER` or `UNFIT_TABLE` with everything that is wrong and what to do
 */
export async function checkServers(
  context: MoveContext,
  catalog: Catalog,
  tables: ReadonlyArray<Table>,
): Promise<ReadonlyArray<string>> {
  const [source, target] = [catalog.server, await readServer(context.target)];
  if (source.majorVersion < OLDEST_SOURCE) {
    throw tooOld('source', source, OLDEST_SOURCE);
  }
  if (target.majorVersion < OLDEST_TARGET) {
    throw tooOld('target', target, OLDEST_TARGET);
  }
  const mistakes = [...sourceMistakes(source), ...(await targetMistakes(context, target))];
  if (mistakes.length > 0) throw listed('UNFIT_SERVER', 'The servers are not ready', mistakes);
  const unfit = tables.flatMap(tableMistakes);
  if (unfit.length > 0)
    throw listed('UNFIT_TABLE', `Tables of ${context.service} cannot be moved as they are`, unfit);
  return advice(source, target);
}

/** What the way back needs of the two servers; none when it can be had. */
export async function reverseMistakes(context: MoveContext): Promise<ReadonlyArray<string>> {
  const [source, target] = [await readServer(context.source), await readServer(context.target)];
  return [
    ...(source.majorVersion < OLDEST_TARGET
      ? [`The source runs PostgreSQL ${source.majorVersion}; a stream back needs ${OLDEST_TARGET} there.`]
      : []),
    ...(target.settings['wal_level'] === 'logical'
      ? []
      : ["The target's wal_level is not logical: set it and restart the server."]),
    ...(target.mayReplicate
      ? []
      : [`The target's role needs REPLICATION: ALTER ROLE ${target.role} REPLICATION.`]),
    ...(source.majorVersion >= OLDEST_TARGET
      ? await subscriberMistakes(context.source, source, 'source')
      : []),
  ];
}

function sourceMistakes(server: Server): ReadonlyArray<string> {
  const number = (name: string): number => Number(server.settings[name] ?? '0');
  const freeSlots = number('max_replication_slots') - server.slotsInUse;
  const freeSenders = number('max_wal_senders') - server.sendersInUse;
  return [
    ...(server.settings['wal_level'] === 'logical'
      ? []
      : [
          `The source's wal_level is ${String(server.settings['wal_level'])}: run ALTER SYSTEM SET wal_level = 'logical' and restart that server.`,
        ]),
    ...(server.mayReplicate
      ? []
      : [`The source's role needs REPLICATION: ALTER ROLE ${server.role} REPLICATION.`]),
    ...(server.mayCreateInDatabase
      ? []
      : [
          `The source's role may not make publications: GRANT CREATE ON DATABASE ${server.database} TO ${server.role}.`,
        ]),
    ...(freeSlots >= EXTRA_SLOTS
      ? []
      : [
          `The source has ${freeSlots} replication slots left and ${EXTRA_SLOTS} are needed: raise max_replication_slots (now ${number('max_replication_slots')}) and restart that server, or drop slots that nobody uses.`,
        ]),
    ...(freeSenders >= EXTRA_SLOTS
      ? []
      : [
          `The source has ${freeSenders} WAL senders left and ${EXTRA_SLOTS} are needed: raise max_wal_senders (now ${number('max_wal_senders')}) and restart that server.`,
        ]),
    ...(server.inRecovery ? ['The source is a standby: give the URL of its primary.'] : []),
  ];
}

async function targetMistakes(context: MoveContext, server: Server): Promise<ReadonlyArray<string>> {
  const { rows } = await context.target.query<{ used: number }>(
    'SELECT count(*)::int AS used FROM pg_stat_subscription WHERE pid IS NOT NULL',
  );
  const freeWorkers =
    Number(server.settings['max_logical_replication_workers'] ?? '0') - (rows[0]?.used ?? 0);
  return [
    ...(freeWorkers >= NEEDED_WORKERS
      ? []
      : [
          `The target has ${freeWorkers} logical replication workers left and ${NEEDED_WORKERS} are needed: raise max_logical_replication_workers and max_worker_processes and restart that server.`,
        ]),
    ...(server.mayCreateInDatabase
      ? []
      : [
          `The target's role may not make schemas: GRANT CREATE ON DATABASE ${server.database} TO ${server.role}.`,
        ]),
    ...(server.inRecovery ? ['The target is a standby: give the URL of its primary.'] : []),
    ...(await subscriberMistakes(context.target, server, 'target')),
  ];
}

async function subscriberMistakes(
  client: MoveContext['source'],
  server: Server,
  side: 'source' | 'target',
): Promise<ReadonlyArray<string>> {
  if (server.superuser) return [];
  const { rows } = await client.query<{ may: boolean }>(
    `SELECT pg_has_role('pg_create_subscription', 'USAGE') AS may`,
  );
  return rows[0]?.may === true
    ? []
    : [`The ${side}'s role may not subscribe: GRANT pg_create_subscription TO ${server.role}.`];
}

function tableMistakes(table: Table): ReadonlyArray<string> {
  const label = displayName(table);
  return [
    ...(table.kind === 'partitioned' || table.parent !== undefined
      ? [`${label} is partitioned or inherited, which is not supported: move it by hand or flatten it first.`]
      : []),
    ...(table.unlogged
      ? [`${label} is unlogged and cannot be replicated: ALTER TABLE ${label} SET LOGGED.`]
      : []),
    ...(primaryKeyOf(table).length === 0
      ? [`${label} has no primary key, which replication and comparison need: add one.`]
      : []),
    ...(table.replicaIdentity === 'nothing'
      ? [`${label} has no replica identity: ALTER TABLE ${label} REPLICA IDENTITY DEFAULT.`]
      : []),
    ...(table.rowSecurity === 'forced'
      ? [
          `${label} hides rows from its owner (FORCE ROW LEVEL SECURITY): ALTER TABLE ${label} NO FORCE ROW LEVEL SECURITY.`,
        ]
      : []),
    ...(table.rules.length > 0
      ? [`${label} has rules (${table.rules.join(', ')}), which do not move: drop them.`]
      : []),
    ...(table.owned ? [] : [`${label} belongs to ${table.owner}: connect as it, or as a member of it.`]),
  ];
}

function advice(source: Server, target: Server): ReadonlyArray<string> {
  const bound = source.settings['max_slot_wal_keep_size'];
  return [
    ...(bound === undefined || bound === '-1'
      ? [
          "The source keeps write-ahead log without a bound while the target is away: set max_slot_wal_keep_size there, so that a long outage costs a new copy and not the source's disk.",
        ]
      : []),
    ...(source.majorVersion < OLDEST_TARGET
      ? [`From PostgreSQL ${source.majorVersion} there is no stream back: a cut-over needs --one-way.`]
      : []),
    ...(target.settings['wal_level'] === 'logical'
      ? []
      : ["The target's wal_level is not logical: without it there is no way back after a cut-over."]),
  ];
}

function tooOld(side: string, server: Server, oldest: number): MigrationError {
  return new MigrationError(
    'TOO_OLD',
    `The ${side} runs PostgreSQL ${server.majorVersion}, and ${oldest} is the oldest that serves. Upgrade it first.`,
  );
}

function listed(
  code: 'UNFIT_SERVER' | 'UNFIT_TABLE',
  what: string,
  lines: ReadonlyArray<string>,
): MigrationError {
  return new MigrationError(
    code,
    `${what}; nothing was changed:\n${lines.map((line) => `  - ${line}`).join('\n')}`,
  );
}
