import { crashPoint } from '@supergraph/platform/events';
import { readCatalog, STATE_SCHEMA, type Table } from '../catalog/index.js';
import { MigrationError } from '../errors/index.js';
import { findTables } from '../mapping/index.js';
import { withMove, type MoveContext } from '../move/index.js';
import { reverseStream } from '../replication/index.js';
import { writeState } from '../state/index.js';
import { requireStream } from '../verify/index.js';
import { droppedKeysOf, restoreKey } from './crossing-keys.js';
import {
  DEFAULT_BUDGET_MILLISECONDS,
  endReverse,
  goBack,
  isServedBySource,
  type SwitchCommandOptions,
  type SwitchResult,
} from './cutover.js';
import { repairOrphans, type OrphanRepair } from './orphans.js';
import { sequencesOf } from './sequences.js';
import { endSwitch, openSide, switchSides } from './switch-sides.js';

export interface RollbackResult extends SwitchResult {
  /** References that led nowhere in the old database, and what was done about them. */
  readonly orphans: ReadonlyArray<OrphanRepair>;
  /** Keys that stay `NOT VALID`, since rows break them that must not be repaired without somebody's decision. */
  readonly notValidated: ReadonlyArray<string>;
}

/**
 * Moves the writes of a service back to the old database, with everything that was written on the new one, and makes
 * its foreign keys hold again. Afterwards the target follows the source as before the cut-over.
 *
 * @throws MigrationError
 */
export async function rollbackService(options: SwitchCommandOptions): Promise<RollbackResult> {
  return withMove('rollback', options, async (context, state) => {
    const { service, mapped, source, report } = context;
    const { gate } = options;
    const catalog = await readCatalog(source);
    const tables = findTables(service, mapped, catalog, 'the source');
    if (state?.phase === 'streaming') {
      await gate.release('source');
      return { outageMilliseconds: 0, orphans: [], notValidated: [] };
    }
    let outageMilliseconds = 0;
    if (state?.writesTo === 'source') {
      report({ kind: 'step', text: 'an earlier run had decided: going on' });
      await endSwitch(context, { to: 'source', tables, sequences: sequencesOf(catalog, tables), gate });
    } else {
      if (state?.details.reverse !== true) {
        throw new MigrationError(
          'WRONG_STATE',
          `${service} was moved one way: there is no stream back, and what was written since would be lost.`,
        );
      }
      if (state.phase === 'returning') {
        await openSide(context, 'target', tables);
        await gate.release('target');
      }
      await requireStream(reverseStream(context));
      await writeState(source, service, { phase: 'returning' });
      crashPoint('rollback.afterState');
      try {
        outageMilliseconds = await switchSides(context, {
          to: 'source',
          tables,
          sequences: sequencesOf(catalog, tables),
          gate,
          budgetMilliseconds: options.budgetMilliseconds ?? DEFAULT_BUDGET_MILLISECONDS,
          whileQuiet: async () => undefined,
        });
      } catch (error) {
        throw await goBack(context, 'target', error, () => writeState(source, service, { phase: 'moved' }));
      }
    }
    return settle(context, tables, outageMilliseconds);
  });
}

async function settle(
  context: MoveContext,
  tables: ReadonlyArray<Table>,
  outageMilliseconds: number,
): Promise<RollbackResult> {
  const { service, source, report } = context;
  report({ kind: 'step', text: 'looking for references that lead nowhere, and restoring foreign keys' });
  const keys = [];
  for (const key of await droppedKeysOf(context)) {
    if (await isServedBySource(context, key)) keys.push(key);
  }
  const orphans = await repairOrphans(context, tables, keys);
  crashPoint('rollback.afterOrphans');
  const notValidated: string[] = [];
  for (const key of keys) {
    if (!(await restoreKey(context, key))) notValidated.push(key.name);
  }
  crashPoint('rollback.afterKeys');
  await endReverse(context);
  crashPoint('rollback.afterReverse');
  await source.query(`DELETE FROM ${STATE_SCHEMA}.verification WHERE service = $1`, [service]);
  await writeState(source, service, {
    phase: 'streaming',
    details: {
      reverse: false,
      lastSwitch: { to: 'source', at: new Date().toISOString(), outageMilliseconds },
    },
  });
  report({ kind: 'step', text: `${service} is served by the old database again` });
  return { outageMilliseconds, orphans, notValidated };
}
