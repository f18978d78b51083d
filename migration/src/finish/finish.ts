import { crashPoint } from '@supergraph/platform/events';
import { quoteName, readCatalog, STATE_SCHEMA, type Table } from '../catalog/index.js';
import { inTransaction } from '../connections/index.js';
import { MigrationError } from '../errors/index.js';
import { ownerOf } from '../mapping/index.js';
import { withMove, type MoveContext, type MoveOptions } from '../move/index.js';
import { dropSlot, dropStream, forwardStream, readSlot, reverseStream } from '../replication/index.js';
import { lockTables, quote, writeState } from '../state/index.js';
import { findVisitors, type Visitor } from '../status/index.js';
import { endReferenceStream, guardStatements, withLocks } from '../switch/index.js';

export interface FinishOptions extends MoveOptions {
  /** Goes on although somebody still uses the old tables. Default: false. */
  readonly force?: boolean;
  /** How long to look for them, in milliseconds. Default: 5 000. */
  readonly watchMilliseconds?: number;
}

export interface FinishResult {
  /** Who still uses the old tables. */
  readonly visitors: ReadonlyArray<Visitor>;
  /** The schema of the source that the old tables lie in now. */
  readonly archive: string;
}

/** Where the old tables of a service go. */
export function archiveSchema(service: string): string {
  return `archive_${service}`;
}

/**
 * Makes a move final: ends both streams, puts the old tables away under another schema, where they stay locked, and
 * takes everything of the migration away from the target. There is no rollback after it.
 *
 * @throws MigrationError
 */
export async function finishService(options: FinishOptions): Promise<FinishResult> {
  return withMove('finish', options, async (context, state) => {
    const { service, mapped, source, target, names, report } = context;
    const archive = archiveSchema(service);
    if (state?.phase === 'finished') return { visitors: [], archive };
    const catalog = await readCatalog(source);
    const isOwn = ({ schema, name }: Table): boolean =>
      mapped.tables.some((place) => place.schema === schema && place.table === name);
    const tables = catalog.tables.filter(isOwn);
    // A run that goes on has looked before, and there is no way back any more.
    const isNew = state?.phase === 'moved';
    if (isNew) report({ kind: 'step', text: 'looking for whoever still uses the old tables' });
    const visitors = isNew ? await findVisitors(source, tables, options.watchMilliseconds ?? 5_000) : [];
    if (visitors.length > 0 && options.force !== true) {
      throw new MigrationError(
        'WRONG_STATE',
        `Somebody still uses the old tables of ${service}; nothing was changed:\n${visitors
          .map(
            ({ role, application, address, writes }) =>
              `  - ${role} from ${address} (${application === '' ? 'unnamed program' : application}), ${writes ? 'writing' : 'reading'}`,
          )
          .join('\n')}\nPoint them to the new database, or go on with --force.`,
      );
    }
    await writeState(source, service, { phase: 'finishing' });
    crashPoint('finish.afterState');
    report({ kind: 'step', text: 'ending the streams' });
    await endReferenceStream(context);
    await dropStream(reverseStream(context));
    crashPoint('finish.afterReverse');
    await dropStream(forwardStream(context));
    crashPoint('finish.afterForward');
    for (const client of [source, target]) {
      await client.query(`DROP PUBLICATION IF EXISTS ${quote(names.publication)}`);
    }
    if ((await readSlot(source, names.changes)) !== 'absent') await dropSlot(source, names.changes);
    crashPoint('finish.afterPublications');
    await dropGuards(context);
    report({ kind: 'step', text: `putting the old tables away in ${archive}` });
    if (tables.length > 0) await putAway(context, tables, archive);
    crashPoint('finish.afterArchive');
    await clearTarget(context, await targetTables(context));
    crashPoint('finish.afterTarget');
    await writeState(source, service, { phase: 'finished' });
    report({ kind: 'step', text: `${service} is on its own` });
    return { visitors, archive };
  });
}

/** Without the streams they would act on tables that nobody reads. */
async function dropGuards(context: MoveContext): Promise<void> {
  const isOwn = (place: { schema: string; table: string }): boolean =>
    context.mapped.tables.some(({ schema, table }) => schema === place.schema && table === place.table);
  for (const crossing of context.mapping.crossings) {
    if (!isOwn(crossing.table) && !isOwn(crossing.references)) continue;
    const referenced = { schema: crossing.references.schema, name: crossing.references.table };
    const { rowCount } = await context.source.query('SELECT 1 WHERE to_regclass($1) IS NOT NULL', [
      quoteName(referenced),
    ]);
    if (rowCount === 0) continue;
    await withLocks(context, [referenced], 'ACCESS EXCLUSIVE', async () => {
      for (const statement of guardStatements(crossing, ownerOf(context.mapping, crossing.table) ?? '').drop)
        await context.source.query(statement);
    });
  }
}

async function putAway(context: MoveContext, tables: ReadonlyArray<Table>, archive: string): Promise<void> {
  const { source, service } = context;
  await withLocks(context, tables, 'ACCESS EXCLUSIVE', async () => {
    await source.query(`CREATE SCHEMA IF NOT EXISTS ${quote(archive)}`);
    for (const table of tables) {
      await source.query(`ALTER TABLE ${quoteName(table)} SET SCHEMA ${quote(archive)}`);
      const roles = new Set(
        table.privileges.map(({ grantee }) => grantee).filter((role) => role !== table.owner),
      );
      const moved = quoteName({ schema: archive, name: table.name });
      for (const role of roles) {
        await source.query(`REVOKE ALL ON ${moved} FROM ${role === 'PUBLIC' ? 'PUBLIC' : quote(role)}`);
      }
    }
    await source.query(`DELETE FROM ${STATE_SCHEMA}.verification WHERE service = $1`, [service]);
    await source.query(`DELETE FROM ${STATE_SCHEMA}.dropped_key WHERE dropped_for = $1`, [service]);
  });
}

async function targetTables({ target, mapped }: MoveContext): Promise<ReadonlyArray<Table>> {
  const { tables } = await readCatalog(target);
  return tables.filter(({ schema, name }) =>
    mapped.tables.some((place) => place.schema === schema && place.table === name),
  );
}

/** The place stays, so that the service's processes find their database after a start. */
async function clearTarget(context: MoveContext, tables: ReadonlyArray<Table>): Promise<void> {
  const { target, names, service } = context;
  await target.query(`DROP TABLE IF EXISTS ${names.fence}`);
  await target.query(`DELETE FROM ${STATE_SCHEMA}.deferred_statement WHERE service = $1`, [service]);
  for (const table of tables) {
    await inTransaction(target, async () => {
      await lockTables(target, [table], 'ACCESS EXCLUSIVE', 10_000);
      await target.query(`DROP TRIGGER IF EXISTS ${quote(names.lockTrigger)} ON ${quoteName(table)}`);
    });
  }
}
