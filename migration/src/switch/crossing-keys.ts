import { crashPoint } from '@supergraph/platform/events';
import {
  displayName,
  quoteName,
  sameName,
  STATE_SCHEMA,
  type Catalog,
  type ForeignKey,
  type Table,
} from '../catalog/index.js';
import { inTransaction } from '../connections/index.js';
import { badMapping, ownerOf, type Crossing } from '../mapping/index.js';
import type { MoveContext } from '../move/index.js';
import { keepMaintenanceOut, lockTables, quote, retryOnLocks } from '../state/index.js';
import { guardStatements } from './guards.js';

const LONGEST_LOCK_WAIT_MILLISECONDS = 60_000;

/** Foreign keys of which one end only belongs to the service: these the move would break. */
export function crossingKeys(catalog: Catalog, tables: ReadonlyArray<Table>): ReadonlyArray<ForeignKey> {
  const isOwn = (name: { schema: string; name: string }): boolean =>
    tables.some((table) => sameName(table, name));
  return catalog.foreignKeys.filter(({ table, referencedTable }) => isOwn(table) !== isOwn(referencedTable));
}

/**
 * Finds what the mapping says of each crossing key.
 *
 * @throws MigrationError `BAD_MAPPING` when it does not mention one
 */
export function replacementsOf(
  context: MoveContext,
  keys: ReadonlyArray<ForeignKey>,
): ReadonlyArray<{ readonly key: ForeignKey; readonly crossing: Crossing }> {
  const mistakes: string[] = [];
  const found = keys.flatMap((key) => {
    const crossing = context.mapping.crossings.find(
      ({ constraint, table }) =>
        constraint === key.name && table.schema === key.table.schema && table.table === key.table.name,
    );
    if (crossing !== undefined) return [{ key, crossing }];
    mistakes.push(
      `crossings: the foreign key ${key.name} of ${displayName(key.table)} leads to ${displayName(key.referencedTable)}, which is not moved with it. Say in the mapping what replaces it; \`plan\` lists all of them.`,
    );
    return [];
  });
  if (mistakes.length > 0) throw badMapping('The mapping', mistakes);
  return found;
}

/**
 * Takes foreign keys away that the move would break, and puts what the mapping says in their place, in one transaction a
 * key. Before the outage, since it needs every lock on two tables for a moment.
 */
export async function replaceCrossingKeys(
  context: MoveContext,
  replacements: ReadonlyArray<{ readonly key: ForeignKey; readonly crossing: Crossing }>,
): Promise<void> {
  const { source, service, report } = context;
  for (const { key, crossing } of replacements) {
    report({ kind: 'step', text: `replacing the foreign key ${key.name} by: ${crossing.replacement}` });
    await withLocks(context, [key.table, key.referencedTable], 'ACCESS EXCLUSIVE', async () => {
      await source.query(
        `INSERT INTO ${STATE_SCHEMA}.dropped_key (constraint_name, table_schema, table_name, definition, dropped_for)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
        [key.name, key.table.schema, key.table.name, key.definition, service],
      );
      await source.query(`ALTER TABLE ${quoteName(key.table)} DROP CONSTRAINT ${quote(key.name)}`);
      for (const statement of guardStatements(crossing, ownerOf(context.mapping, crossing.table) ?? '')
        .create)
        await source.query(statement);
    });
    crashPoint('cutover.afterReplacingKey');
  }
}

/** A key that was taken away for some service's move. */
export interface DroppedKey {
  readonly name: string;
  readonly table: { readonly schema: string; readonly name: string };
  readonly definition: string;
  readonly crossing: Crossing | undefined;
}

/** Keys that were taken away and have an end in the service. */
export async function droppedKeysOf(context: MoveContext): Promise<ReadonlyArray<DroppedKey>> {
  const { source, mapping, mapped } = context;
  const { rows } = await source.query<{ name: string; schema: string; table: string; definition: string }>(
    `SELECT constraint_name AS name, table_schema AS schema, table_name AS table, definition FROM ${STATE_SCHEMA}.dropped_key`,
  );
  const isOwn = (place: { schema: string; table: string }): boolean =>
    mapped.tables.some(({ schema, table }) => schema === place.schema && table === place.table);
  return rows.flatMap((row) => {
    const crossing = mapping.crossings.find(
      ({ constraint, table }) =>
        constraint === row.name && table.schema === row.schema && table.table === row.table,
    );
    if (!isOwn(row) && (crossing === undefined || !isOwn(crossing.references))) return [];
    return [
      {
        name: row.name,
        table: { schema: row.schema, name: row.table },
        definition: row.definition,
        crossing,
      },
    ];
  });
}

/**
 * Puts a foreign key back, first for new rows only, then checked for all of them, and takes away what stood in its place.
 *
 * @returns false when there are rows that break it; then it stays `NOT VALID`
 */
export async function restoreKey(context: MoveContext, key: DroppedKey): Promise<boolean> {
  const { source } = context;
  const name = quote(key.name);
  const referenced =
    key.crossing === undefined
      ? []
      : [{ schema: key.crossing.references.schema, name: key.crossing.references.table }];
  await withLocks(context, [key.table, ...referenced], 'SHARE ROW EXCLUSIVE', async () => {
    const { rowCount } = await source.query(
      'SELECT 1 FROM pg_constraint WHERE conrelid = $1::regclass AND conname = $2',
      [quoteName(key.table), key.name],
    );
    if (rowCount === 0) {
      await source.query(
        `ALTER TABLE ${quoteName(key.table)} ADD CONSTRAINT ${name} ${key.definition.replace(/ NOT VALID$/, '')} NOT VALID`,
      );
    }
    const guards =
      key.crossing === undefined
        ? []
        : guardStatements(key.crossing, ownerOf(context.mapping, key.crossing.table) ?? '').drop;
    for (const statement of guards) await source.query(statement);
  });
  crashPoint('rollback.afterRestoringKey');
  let isWhole = true;
  try {
    await source.query(`ALTER TABLE ${quoteName(key.table)} VALIDATE CONSTRAINT ${name}`);
  } catch (error) {
    if ((error as { code?: string }).code !== '23503') throw error;
    isWhole = false;
  }
  await source.query(
    `DELETE FROM ${STATE_SCHEMA}.dropped_key WHERE constraint_name = $1 AND table_schema = $2 AND table_name = $3`,
    [key.name, key.table.schema, key.table.name],
  );
  return isWhole;
}

/** Runs work in a transaction that holds locks, letting go and trying again as long as others are in the way. */
export async function withLocks<Result>(
  { source }: MoveContext,
  tables: ReadonlyArray<{ readonly schema: string; readonly name: string }>,
  mode: 'SHARE ROW EXCLUSIVE' | 'ACCESS EXCLUSIVE',
  work: () => Promise<Result>,
): Promise<Result> {
  return retryOnLocks(
    () =>
      inTransaction(source, async () => {
        await keepMaintenanceOut(source, tables);
        await lockTables(source, tables, mode);
        return work();
      }),
    {
      milliseconds: LONGEST_LOCK_WAIT_MILLISECONDS,
      message: `${tables.map(displayName).join(' and ')} could not be locked for a moment: a transaction has used them for long. End it, then run this again.`,
    },
  );
}
