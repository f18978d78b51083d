import { crashPoint } from '@supergraph/platform/events';
import { readCatalog, STATE_SCHEMA, type Table } from '../catalog/index.js';
import { reasonOf } from '../connections/index.js';
import { MigrationError } from '../errors/index.js';
import type { Gate } from '../gate/index.js';
import { findTables } from '../mapping/index.js';
import { withMove, type MoveContext, type MoveOptions } from '../move/index.js';
import {
  dropSlot,
  dropStream,
  ensurePublication,
  ensureSlot,
  ensureSubscription,
  forwardStream,
  readSlot,
  reverseMistakes,
  reverseStream,
} from '../replication/index.js';
import { quote, readState, writeState, type Side } from '../state/index.js';
import { requireSameShapes } from '../target-schema/index.js';
import { requireStream } from '../verify/index.js';
import {
  crossingKeys,
  droppedKeysOf,
  replaceCrossingKeys,
  replacementsOf,
  restoreKey,
} from './crossing-keys.js';
import { requireNoMaintenance } from './maintenance.js';
import { compareChangesBefore, compareChangesWithin, requireVerification } from './recheck.js';
import { startReferenceStream } from './reference-stream.js';
import { sequencesOf } from './sequences.js';
import { catchUp, endSwitch, openSide, switchSides } from './switch-sides.js';

export interface SwitchCommandOptions extends MoveOptions {
  readonly gate: Gate;
  /** How long clients may be held, in milliseconds. Default: 1 000. */
  readonly budgetMilliseconds?: number;
}

export interface CutoverOptions extends SwitchCommandOptions {
  /** Moves without a stream back, where there can be none: there is no rollback then. Default: false. */
  readonly oneWay?: boolean;
}

export interface SwitchResult {
  /** How long clients were held, in milliseconds; 0 when an earlier run had moved them. */
  readonly outageMilliseconds: number;
}

export const DEFAULT_BUDGET_MILLISECONDS = 1_000;

/**
 * Moves the writes of a service to its target. It refuses unless the service is verified, and goes back to the state
 * before by itself when the outage would last longer than allowed. After a run that was ended in the middle it goes on, or
 * begins anew, whatever the commit row says.
 *
 * @throws MigrationError
 */
export async function cutoverService(options: CutoverOptions): Promise<SwitchResult> {
  return withMove('cutover', options, async (context, state) => {
    const { service, mapped, source, report } = context;
    const { gate } = options;
    const catalog = await readCatalog(source);
    const tables = findTables(service, mapped, catalog, 'the source');
    if (state?.phase === 'moved') {
      await gate.release('target');
      return { outageMilliseconds: 0 };
    }
    if (state?.writesTo === 'target') {
      report({ kind: 'step', text: 'an earlier run had decided: going on' });
      await endSwitch(context, { to: 'target', tables, sequences: sequencesOf(catalog, tables), gate });
      return settle(context, 0);
    }
    if (state?.phase === 'moving') {
      report({ kind: 'step', text: 'an earlier run had not decided: going back, then beginning anew' });
      await openSide(context, 'source', tables);
      await gate.release('source');
    }
    await requireSameShapes(context, { catalog, tables });
    await requireStream(forwardStream(context));
    await requireVerification(context);
    const replacements = replacementsOf(context, crossingKeys(catalog, tables));
    if (options.oneWay !== true) await requireReverse(context);
    await requireNoMaintenance(context, tables);
    await writeState(source, service, { phase: 'moving', details: { reverse: options.oneWay !== true } });
    crashPoint('cutover.afterState');
    let outageMilliseconds: number;
    try {
      const version = await oldestVersion(context);
      await prepareStreams(context, tables, options.oneWay === true);
      await replaceCrossingKeys(context, replacements);
      await compareChangesBefore(context, tables, version);
      outageMilliseconds = await switchSides(context, {
        to: 'target',
        tables,
        sequences: sequencesOf(catalog, tables),
        gate,
        budgetMilliseconds: options.budgetMilliseconds ?? DEFAULT_BUDGET_MILLISECONDS,
        whileQuiet: () => compareChangesWithin(context, tables, version),
      });
    } catch (error) {
      throw await goBack(context, 'source', error, () => undoPreparation(context));
    }
    return settle(context, outageMilliseconds);
  });
}

async function settle(context: MoveContext, outageMilliseconds: number): Promise<SwitchResult> {
  const { service, source, names, report } = context;
  if ((await readSlot(source, names.changes)) !== 'absent') await dropSlot(source, names.changes);
  await writeState(source, service, {
    phase: 'moved',
    details: { lastSwitch: { to: 'target', at: new Date().toISOString(), outageMilliseconds } },
  });
  report({ kind: 'step', text: `${service} is served by its own database` });
  return { outageMilliseconds };
}

async function requireReverse(context: MoveContext): Promise<void> {
  const mistakes = await reverseMistakes(context);
  if (mistakes.length === 0) return;
  throw new MigrationError(
    'UNFIT_SERVER',
    `There would be no way back; nothing was changed:\n${mistakes.map((line) => `  - ${line}`).join('\n')}\nMove without one by --one-way.`,
  );
}

/** The stream back runs before anybody writes on the target; until then it has nothing to carry. */
async function prepareStreams(
  context: MoveContext,
  tables: ReadonlyArray<Table>,
  oneWay: boolean,
): Promise<void> {
  const { target, names } = context;
  // Until now the forward stream passes on what other services' streams back bring to the source. From here on it must not,
  // lest what comes back from this target is sent to it again; and never again, since after a crash the source may send
  // anew what it sent before. The stream of references takes over, from before the last that the forward stream passes on.
  await startReferenceStream(context);
  await catchUp(context, 'target');
  await target.query(`ALTER SUBSCRIPTION ${quote(names.forward)} SET (origin = none)`);
  crashPoint('cutover.afterOrigin');
  if (oneWay) return;
  await ensurePublication(target, names.publication, tables, names.fence);
  crashPoint('cutover.afterReversePublication');
  await ensureSlot(target, names.reverse);
  crashPoint('cutover.afterReverseSlot');
  await ensureSubscription(reverseStream(context), { origin: 'none', copy: false });
  crashPoint('cutover.afterReverseSubscription');
}

/**
 * After a failure: undoes what was prepared, unless the commit row says that the switch was decided after all.
 *
 * @returns what to throw
 */
export async function goBack(
  { source, service }: MoveContext,
  stillOn: Side,
  failure: unknown,
  undo: () => Promise<void>,
): Promise<unknown> {
  try {
    if ((await readState(source, service))?.writesTo !== stillOn) {
      return new MigrationError(
        'WRONG_STATE',
        `The switch of ${service} was decided, but not ended: ${reasonOf(failure)}. Run the command again to end it.`,
        { cause: failure },
      );
    }
    await undo();
    return failure;
  } catch (error) {
    return new MigrationError(
      'WRONG_STATE',
      `${reasonOf(failure)} Going back failed too: ${reasonOf(error)}. Run the command again: it goes back, or on, by itself.`,
      { cause: failure },
    );
  }
}

/** Back to where the target only follows. */
async function undoPreparation(context: MoveContext): Promise<void> {
  const { service, source } = context;
  for (const key of await droppedKeysOf(context)) {
    if (await isServedBySource(context, key)) await restoreKey(context, key);
  }
  await endReverse(context);
  await writeState(source, service, { phase: 'streaming' });
}

/** Ends the stream back. The forward stream goes on as it was during the move. */
export async function endReverse(context: MoveContext): Promise<void> {
  const { target, names } = context;
  await dropStream(reverseStream(context));
  await target.query(`DROP PUBLICATION IF EXISTS ${quote(names.publication)}`);
}

/** Whether both ends of a key are served by the old database, so that it can hold there. */
export async function isServedBySource(
  { source, mapping }: MoveContext,
  key: {
    readonly table: { readonly schema: string; readonly name: string };
    readonly crossing: MoveContext['mapping']['crossings'][number] | undefined;
  },
): Promise<boolean> {
  const { rows } = await source.query<{ name: string }>(
    `SELECT name FROM ${STATE_SCHEMA}.service WHERE writes_to = 'target'`,
  );
  const moved = rows.flatMap(({ name }) => mapping.services[name]?.tables ?? []);
  const ends = [
    { schema: key.table.schema, table: key.table.name },
    ...(key.crossing === undefined ? [] : [key.crossing.references]),
  ];
  return !ends.some((end) => moved.some(({ schema, table }) => schema === end.schema && table === end.table));
}

async function oldestVersion({ source, target }: MoveContext): Promise<number> {
  const versions = await Promise.all(
    [source, target].map(async (client) => {
      const { rows } = await client.query<{ version: number }>(
        `SELECT current_setting('server_version_num')::int / 10000 AS version`,
      );
      return rows[0]?.version ?? 0;
    }),
  );
  return Math.min(...versions);
}
