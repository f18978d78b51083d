import { quoteName, STATE_SCHEMA, type Table } from '../catalog/index.js';
import { inTransaction } from '../connections/index.js';
import { MigrationError } from '../errors/index.js';
import { crashPoint } from '@supergraph/platform/events';
import type { MoveContext } from '../move/index.js';

/**
 * Builds the indexes, unique constraints and foreign keys that were left for after the copy, each in a transaction
 * with the note that it is done.
 */
export async function buildDeferred(context: MoveContext, tables: ReadonlyArray<Table>): Promise<void> {
  const { service, target, report } = context;
  const { rows } = await target.query<{ position: number; statement: string; done: boolean }>(
    `SELECT position, statement, done FROM ${STATE_SCHEMA}.deferred_statement WHERE service = $1 ORDER BY position`,
    [service],
  );
  let done = rows.filter((row) => row.done).length;
  for (const { position, statement } of rows.filter((row) => !row.done)) {
    report({ kind: 'count', what: 'indexes and constraints', done, total: rows.length });
    try {
      await inTransaction(target, async () => {
        await target.query(statement);
        await target.query(
          `UPDATE ${STATE_SCHEMA}.deferred_statement SET done = true WHERE service = $1 AND position = $2`,
          [service, position],
        );
      });
    } catch (error) {
      throw new MigrationError(
        'UNFIT_TABLE',
        `The target of ${service} refused \`${statement}\`: ${(error as Error).message}. Correct the rows on the source, then run this again.`,
        { cause: error },
      );
    }
    done += 1;
    crashPoint('start.afterDeferredStatement');
  }
  report({ kind: 'count', what: 'indexes and constraints', done, total: rows.length });
  for (const table of tables) await target.query(`ANALYZE ${quoteName(table)}`);
}
