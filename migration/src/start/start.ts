import { crashPoint } from '@supergraph/platform/events';
import { setTimeout as sleep } from 'node:timers/promises';
import { displayName, quoteName, readCatalog, STATE_SCHEMA, type Table } from '../catalog/index.js';
import { inTransaction } from '../connections/index.js';
import { MigrationError } from '../errors/index.js';
import { findTables } from '../mapping/index.js';
import { withMove, type MoveContext, type MoveOptions } from '../move/index.js';
import {
  checkServers,
  dropStream,
  ensurePublication,
  ensureSlot,
  ensureSubscription,
  forwardStream,
  hasSubscription,
  readSlot,
  watchCopy,
} from '../replication/index.js';
import {
  createState,
  ensureStateObjects,
  ensureWriteLock,
  keepMaintenanceOut,
  lockTables,
  readState,
  retryOnLocks,
  writeState,
  type Phase,
} from '../state/index.js';
import { buildDeferred, makeTargetSchema, requireSameShapes, shapeDigest } from '../target-schema/index.js';

export interface StartResult {
  /** How often the copy had to be begun anew because the source no longer had the log that it needed. */
  readonly restarts: number;
  readonly advice: ReadonlyArray<string>;
}

const POLL_MILLISECONDS = 500;
const LONGEST_LOCK_WAIT_MILLISECONDS = 120_000;

/**
 * Brings a service's target to where it follows the source: its tables, the copy, the indexes, the stream. It goes on
 * where an earlier run ended, and begins the copy anew when the source no longer has the log for it.
 *
 * @throws MigrationError
 */
export async function startService(options: MoveOptions): Promise<StartResult> {
  return withMove('start', options, async (context, before) => {
    const { service, mapped, source, target, report, targetIdentity } = context;
    const catalog = await readCatalog(source);
    const tables = findTables(service, mapped, catalog, 'the source');
    const advice = before === undefined ? await checkServers(context, catalog, tables) : [];
    advice.forEach((text) => report({ kind: 'step', text }));

    if (before === undefined) {
      // Before anything is written down, so that a target that will not do leaves no trace.
      await requireNothingInTheWay(context);
    }
    await ensureStateObjects(source, service, 'source');
    await ensureStateObjects(target, service, 'target');
    crashPoint('start.afterStateObjects');
    await createState(source, service, targetIdentity);
    crashPoint('start.afterState');
    const phase = (await readState(source, service))?.phase ?? 'preparing';
    if (phase === 'preparing') {
      try {
        await makeTargetSchema(context, { catalog, tables });
      } catch (error) {
        // Nothing of it is kept by the target, so nothing is to go on from.
        if (error instanceof MigrationError && error.code === 'TARGET_NOT_EMPTY' && before === undefined) {
          await source.query(`DELETE FROM ${STATE_SCHEMA}.service WHERE name = $1`, [service]);
        }
        throw error;
      }
      crashPoint('start.afterTargetSchema');
      await putWriteLocks(context, tables);
      crashPoint('start.afterWriteLocks');
    } else {
      await requireSameShapes(context, { catalog, tables });
    }
    const restarts = await copy(context, tables, phase);
    await writeState(source, service, { phase: 'indexing' });
    crashPoint('start.beforeIndexes');
    await buildDeferred(context, tables);
    crashPoint('start.afterIndexes');
    await writeState(source, service, {
      phase: 'streaming',
      details: {
        shapes: Object.fromEntries(tables.map((table) => [displayName(table), shapeDigest(table)])),
      },
    });
    report({ kind: 'step', text: `${service} follows the source` });
    return { restarts, advice };
  });
}

async function requireNothingInTheWay({ service, source, target, names }: MoveContext): Promise<void> {
  if (
    (await readSlot(source, names.forward)) !== 'absent' ||
    (await hasSubscription(target, names.forward))
  ) {
    throw new MigrationError(
      'UNFIT_SERVER',
      `A slot or subscription named ${names.forward} exists, and no state of ${service} tells whose it is. ` +
        'Drop it when nobody uses it, then run this again.',
    );
  }
}

/** The target refuses writes from the beginning, the source not before a cut-over. */
async function putWriteLocks(
  { service, source, target }: MoveContext,
  tables: ReadonlyArray<Table>,
): Promise<void> {
  await inTransaction(target, () => ensureWriteLock(target, service, tables, true));
  await retryOnLocks(
    () =>
      inTransaction(source, async () => {
        await keepMaintenanceOut(source, tables);
        await lockTables(source, tables, 'SHARE ROW EXCLUSIVE');
        await ensureWriteLock(source, service, tables, false);
      }),
    {
      milliseconds: LONGEST_LOCK_WAIT_MILLISECONDS,
      message:
        'The tables on the source could not be locked for a moment: a transaction that writes to them has run for long. End it, then run this again.',
    },
  );
}

/** @returns how often it was begun anew */
async function copy(context: MoveContext, tables: ReadonlyArray<Table>, phase: Phase): Promise<number> {
  const { service, source, target, names, report } = context;
  const stream = forwardStream(context);
  let isFollowed = phase !== 'preparing';
  let restarts = 0;
  for (;;) {
    const slot = await readSlot(source, names.forward);
    const subscribed = await hasSubscription(target, names.forward);
    const isBroken = subscribed ? slot !== 'usable' : slot === 'lost' || isFollowed;
    if (isBroken) {
      // What the target holds and what the source could still send do not meet: only a new copy is true.
      restarts += 1;
      report({
        kind: 'step',
        text:
          slot === 'lost'
            ? 'the source has removed log that the target needed (max_slot_wal_keep_size): the copy begins anew'
            : 'the subscription or its slot was removed by somebody else: the copy begins anew',
      });
      await writeState(source, service, { phase: 'copying', details: { restarts } });
      await source.query(`DELETE FROM ${STATE_SCHEMA}.verification WHERE service = $1`, [service]);
      await dropStream(stream);
      crashPoint('start.afterDroppingStream');
    }
    if (!(await hasSubscription(target, names.forward))) await emptyTables(context, tables);
    await ensurePublication(source, names.publication, tables, names.fence);
    crashPoint('start.afterPublication');
    await ensureSlot(source, names.forward);
    crashPoint('start.afterSlot');
    await ensureSubscription(stream, { origin: 'any', copy: true });
    crashPoint('start.afterSubscription');
    if (!isFollowed) await writeState(source, service, { phase: 'copying' });
    isFollowed = true;
    report({ kind: 'step', text: `copying ${tables.length} tables` });
    if (await followCopy(context, tables)) return restarts;
  }
}

async function emptyTables({ target, names }: MoveContext, tables: ReadonlyArray<Table>): Promise<void> {
  await inTransaction(target, async () => {
    await target.query(`SET LOCAL ${STATE_SCHEMA}.pass = 'on'`);
    // Tables that only grow have triggers that refuse it; here nothing has ever been in them.
    const refusing = await truncateTriggers(target, tables);
    for (const { table, trigger } of refusing)
      await target.query(`ALTER TABLE ${table} DISABLE TRIGGER ${trigger}`);
    await target.query(`TRUNCATE ${[...tables.map(quoteName), names.fence].join(', ')}`);
    for (const { table, trigger, mode } of refusing)
      await target.query(`ALTER TABLE ${table} ENABLE ${mode} TRIGGER ${trigger}`);
  });
}

async function truncateTriggers(
  target: MoveContext['target'],
  tables: ReadonlyArray<Table>,
): Promise<ReadonlyArray<{ readonly table: string; readonly trigger: string; readonly mode: string }>> {
  const { rows } = await target.query<{ table: string; trigger: string; mode: string }>(
    `SELECT given.name AS table, quote_ident(t.tgname) AS trigger,
            CASE t.tgenabled WHEN 'R' THEN 'REPLICA' WHEN 'A' THEN 'ALWAYS' ELSE '' END AS mode
       FROM unnest($1::text[]) AS given (name) JOIN pg_trigger t ON t.tgrelid = given.name::regclass
      WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & 32 <> 0`,
    [tables.map(quoteName)],
  );
  return rows;
}

/** @returns true when every table follows, false when the copy has to begin anew */
async function followCopy(context: MoveContext, tables: ReadonlyArray<Table>): Promise<boolean> {
  const { source, target, names, report } = context;
  const watch = watchCopy(context, tables);
  let told = 0;
  for (;;) {
    crashPoint('start.whileCopying');
    const { progress, done, errors } = await watch.read();
    report(progress);
    if (done) return true;
    if (errors > told) {
      told = errors;
      report({
        kind: 'step',
        text: `the target's server reports ${errors} failed attempts; its log says why`,
      });
    }
    if (
      (await readSlot(source, names.forward)) !== 'usable' ||
      !(await hasSubscription(target, names.forward))
    ) {
      return false;
    }
    await sleep(POLL_MILLISECONDS);
  }
}
