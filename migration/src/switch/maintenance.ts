import type pg from 'pg';
import type { Table } from '../catalog/index.js';
import { MigrationError } from '../errors/index.js';
import type { MoveContext } from '../move/index.js';
import { isLockFailure, keepMaintenanceOut, type Side } from '../state/index.js';

/** While it lasts nothing maintains the tables on either side. */
export interface MaintenanceBreak {
  /** Ends it on these sides; doing so twice changes nothing. */
  allow(...sides: ReadonlyArray<Side>): Promise<void>;
}

/**
 * Waits until no maintenance works on the tables of a service, and keeps it away. Locking and opening tables has to wait
 * for a VACUUM or ANALYZE, up to a second even for one that the server began by itself, as it does after a large copy:
 * better now than while clients are held.
 *
 * @throws {MigrationError} `TIMED_OUT` when it takes too long; nothing was changed
 */
export async function keepMaintenanceAway(
  context: MoveContext,
  tables: ReadonlyArray<Table>,
): Promise<MaintenanceBreak> {
  const sessions = new Map<Side, pg.Client>();
  const allow = async (...sides: ReadonlyArray<Side>): Promise<void> => {
    for (const side of sides) {
      const session = sessions.get(side);
      sessions.delete(side);
      // One whose connection is lost has let go by that.
      await session?.query('ROLLBACK').catch(() => undefined);
    }
  };
  for (const side of ['source', 'target'] as const) {
    const session = await context.connect(side);
    sessions.set(side, session);
    await session.query('BEGIN');
    try {
      await keepMaintenanceOut(session, tables);
    } catch (error) {
      await allow('source', 'target');
      if (!isLockFailure(error)) throw error;
      throw new MigrationError(
        'TIMED_OUT',
        `The tables of ${context.service} are being maintained on the ${side} (VACUUM, ANALYZE, CREATE INDEX CONCURRENTLY or the like). No client was held and nothing was changed: run this again when that is done.`,
        { cause: error },
      );
    }
  }
  return { allow };
}

/**
 * Waits out what maintains the tables now. Preparing a switch would wait for it without an end.
 *
 * @throws {MigrationError} `TIMED_OUT` when it takes too long; nothing was changed
 */
export async function requireNoMaintenance(
  context: MoveContext,
  tables: ReadonlyArray<Table>,
): Promise<void> {
  const maintenance = await keepMaintenanceAway(context, tables);
  await maintenance.allow('source', 'target');
}
