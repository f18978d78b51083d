import { displayName, type Catalog, type Server } from '../catalog/index.js';
import type { Ownership } from './ownership.js';
import type { Obstacle } from './plan.js';

/** Finds what a migration of these tables would stumble over: settings, rights, tables that cannot be replicated. */
export function findObstacles(catalog: Catalog, ownership: Ownership): ReadonlyArray<Obstacle> {
  const rank = { blocker: 0, warning: 1, note: 2 };
  return [
    ...ofSettings(catalog.server, ownership),
    ...ofRights(catalog.server, ownership),
    ...ofTables(catalog, ownership),
  ].sort((one, other) => rank[one.severity] - rank[other.severity]);
}

function ofSettings(server: Server, ownership: Ownership): ReadonlyArray<Obstacle> {
  const found: Obstacle[] = [];
  const setting = (name: string): number => Number(server.settings[name] ?? NaN);
  if (server.settings['wal_level'] !== 'logical') {
    found.push({
      severity: 'blocker',
      what: `wal_level is ${server.settings['wal_level'] ?? 'unknown'}`,
      remedy: `ALTER SYSTEM SET wal_level = 'logical', then restart the server.`,
    });
  }
  if (server.inRecovery) {
    found.push({
      severity: 'blocker',
      what: 'this server is a standby',
      remedy: 'Plan and migrate on the primary.',
    });
  }
  // One slot streams; while tables are copied PostgreSQL opens one more for each of those copied at once.
  const needed = ownership.services.length + PARALLEL_COPIES;
  for (const [name, used] of [
    ['max_replication_slots', server.slotsInUse],
    ['max_wal_senders', server.sendersInUse],
  ] as const) {
    const free = setting(name) - used;
    if (free < needed) {
      found.push({
        severity: free < 2 ? 'blocker' : 'warning',
        what: `${name} is ${setting(name)} and ${used} are in use`,
        remedy: `ALTER SYSTEM SET ${name} = ${used + needed}, then restart: ${ownership.services.length} streams and ${PARALLEL_COPIES} copies at once.`,
      });
    }
  }
  if (server.settings['max_slot_wal_keep_size'] === '-1') {
    found.push({
      severity: 'warning',
      what: 'max_slot_wal_keep_size is unlimited: a stalled stream could fill the disk',
      remedy: `ALTER SYSTEM SET max_slot_wal_keep_size to what the disk can spare, then SELECT pg_reload_conf().`,
    });
  }
  if (server.majorVersion < 16) {
    found.push({
      severity: 'note',
      what: `PostgreSQL ${server.majorVersion}: changes cannot be replicated by their origin (new in 16)`,
      remedy:
        'The move works; read in the runbook what the way back looks like, or upgrade the source first.',
    });
  }
  return found;
}

/** As many tables of a service as PostgreSQL copies at once unless told otherwise. */
const PARALLEL_COPIES = 2;

function ofRights(server: Server, ownership: Ownership): ReadonlyArray<Obstacle> {
  const found: Obstacle[] = [];
  if (!server.mayReplicate) {
    found.push({
      severity: 'blocker',
      what: `the role ${server.role} may not replicate`,
      remedy: `As an administrator: ALTER ROLE ${JSON.stringify(server.role)} REPLICATION.`,
    });
  }
  if (!server.mayCreateInDatabase) {
    found.push({
      severity: 'blocker',
      what: `the role ${server.role} may create neither schemas nor publications here`,
      remedy: `As an administrator: GRANT CREATE ON DATABASE ${JSON.stringify(server.database)} TO ${JSON.stringify(server.role)}.`,
    });
  }
  const list = (predicate: (table: Ownership['tables'][number]) => boolean): string =>
    ownership.tables
      .filter(predicate)
      .map(({ table }) => displayName(table))
      .join(', ');
  const notOwned = list(({ table }) => !table.owned);
  if (notOwned !== '') {
    found.push({
      severity: 'blocker',
      what: `the role ${server.role} does not own ${notOwned}`,
      remedy: 'Connect as their owner, or GRANT the owning role to the one that migrates.',
    });
  }
  const unreadable = list(({ table }) => table.owned && !table.readable);
  if (unreadable !== '') {
    found.push({
      severity: 'blocker',
      what: `row-level security or missing rights hide rows of ${unreadable} from ${server.role}`,
      remedy:
        'ALTER TABLE … NO FORCE ROW LEVEL SECURITY, or GRANT USAGE on the schema and SELECT on the tables.',
    });
  }
  return found;
}

function ofTables(catalog: Catalog, ownership: Ownership): ReadonlyArray<Obstacle> {
  return ownership.tables.flatMap(({ table }) => {
    const name = displayName(table);
    const parts = catalog.tables.filter(({ parent }) => parent !== undefined && displayName(parent) === name);
    const found: Obstacle[] = [];
    if (!table.identifiesRows) {
      found.push({
        severity: 'blocker',
        what: `${name} has no replica identity: once it is published its updates and deletes would fail`,
        remedy: `Add a primary key; or ALTER TABLE ${name} REPLICA IDENTITY FULL (slow) or USING INDEX a unique one.`,
      });
    }
    if (table.unlogged) {
      found.push({
        severity: 'blocker',
        what: `${name} is unlogged, and what is not logged is not replicated`,
        remedy: `ALTER TABLE ${name} SET LOGGED.`,
      });
    }
    if (table.kind === 'table' && parts.length > 0) {
      found.push({
        severity: 'warning',
        what: `${name} has children by inheritance (${parts.map(displayName).join(', ')})`,
        remedy: 'Name each child in the mapping: they are replicated apart.',
      });
    }
    if (table.estimatedRows === undefined && table.kind === 'table' && table.tableBytes > 1_000_000) {
      found.push({
        severity: 'note',
        what: `${name} was never analysed, so its rows are not known`,
        remedy: `ANALYZE ${name}.`,
      });
    }
    const generated = table.columns.filter(({ generated }) => generated !== undefined);
    if (generated.length > 0) {
      found.push({
        severity: 'note',
        what: `${name} has generated columns (${generated.map((column) => column.name).join(', ')})`,
        remedy: 'Nothing to do: the target computes them again.',
      });
    }
    if (table.rules.length > 0) {
      found.push({
        severity: 'warning',
        what: `${name} has rules (${table.rules.join(', ')}), which do not act on replicated rows`,
        remedy: 'Turn them into triggers or do their work in the service.',
      });
    }
    return found;
  });
}
