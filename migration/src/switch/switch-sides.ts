import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { crashPoint } from '@supergraph/platform/events';
import type { Sequence, Table } from '../catalog/index.js';
import { inTransaction } from '../connections/index.js';
import { MigrationError } from '../errors/index.js';
import type { Gate } from '../gate/index.js';
import { waitUntil, type MoveContext } from '../move/index.js';
import {
  isLockFailure,
  lockTables,
  readWriteLock,
  setWriteLock,
  writeState,
  type Side,
} from '../state/index.js';
import { keepMaintenanceAway } from './maintenance.js';
import { advanceSequences } from './sequences.js';

export interface SwitchOptions {
  readonly to: Side;
  readonly tables: ReadonlyArray<Table>;
  readonly sequences: ReadonlyArray<Sequence>;
  readonly gate: Gate;
  /** How long clients may be held before everything goes back to the state before, in milliseconds. */
  readonly budgetMilliseconds: number;
  /** Runs while nobody writes on either side and both hold the same. */
  readonly whileQuiet: () => Promise<void>;
}

/**
 * A gate that hears nothing more asks the databases itself after so many budgets: by then everything has been decided. Those
 * who wait there give up after 10 s, so that it does not take much longer than a large budget.
 */
const LEASE_FACTOR = 3;
const LONGEST_LEASE_MILLISECONDS = 8_000;
const LEASE_BEYOND_BUDGET_MILLISECONDS = 2_000;
const LONGEST_CATCH_UP_MILLISECONDS = 120_000;

/**
 * Moves the writes of a service from one side to the other: holds the clients, locks the old side, waits until the other
 * side has everything, and commits by one update of one row. When anything fails before, or takes too long, it goes back
 * to the state before and lets the clients go on there.
 *
 * @returns how long clients were held, in milliseconds
 * @throws MigrationError `OUTAGE_BUDGET_EXCEEDED`, or what failed; the old side takes the writes again then
 */
export async function switchSides(context: MoveContext, options: SwitchOptions): Promise<number> {
  const { service, source, names } = context;
  const { to, tables, gate, budgetMilliseconds } = options;
  const from: Side = to === 'target' ? 'source' : 'target';
  const [oldSide, newSide] = [context[from], context[to]];
  await gate.prepare();
  const maintenance = await keepMaintenanceAway(context, tables);
  const begin = performance.now();
  const left = (): number => {
    const milliseconds = budgetMilliseconds - (performance.now() - begin);
    if (milliseconds <= 0) throw budgetExceeded(budgetMilliseconds);
    return milliseconds;
  };
  try {
    await gate.hold({ deadlineMilliseconds: left(), leaseMilliseconds: leaseOf(budgetMilliseconds) });
    crashPoint('switch.afterHold');
    const marker = randomUUID();
    await maintenance.allow(from);
    await inTransaction(oldSide, async () => {
      await lockTables(oldSide, tables, 'SHARE ROW EXCLUSIVE', left());
      await setWriteLock(oldSide, service, tables, true);
      // In the transaction that locks: what is committed before it is before the marker.
      await oldSide.query(`INSERT INTO ${names.fence} (id) VALUES ($1)`, [marker]);
    });
    crashPoint('switch.afterLock');
    await waitForMarker(newSide, names.fence, marker, left());
    crashPoint('switch.afterMarker');
    await limited([source, context.target], left(), options.whileQuiet);
    crashPoint('switch.afterComparison');
    await advanceSequences(oldSide, newSide, options.sequences);
    crashPoint('switch.afterSequences');
    left();
  } catch (error) {
    // The connection may be what failed; then the next run goes back, and gates ask the databases by themselves.
    await maintenance.allow(from, to);
    await openSide(context, from, tables);
    await gate.release(from);
    if (isLockFailure(error) || (error as { code?: string }).code === '57014') {
      throw budgetExceeded(budgetMilliseconds, error);
    }
    if (error instanceof MigrationError && (error.code === 'TIMED_OUT' || error.code === 'GATE_FAILED')) {
      throw new MigrationError(
        'OUTAGE_BUDGET_EXCEEDED',
        `${error.message} The ${from} takes the writes again, nothing is lost.`,
        { cause: error },
      );
    }
    throw error;
  }
  // The commit point: from here on there is only forward.
  await writeState(source, service, { writesTo: to });
  crashPoint('switch.afterCommit');
  await maintenance.allow(to);
  await openSide(context, to, tables);
  crashPoint('switch.afterOpening');
  await gate.release(to);
  const outage = performance.now() - begin;
  crashPoint('switch.afterRelease');
  return outage;
}

function leaseOf(budgetMilliseconds: number): number {
  const longest = Math.max(LONGEST_LEASE_MILLISECONDS, budgetMilliseconds + LEASE_BEYOND_BUDGET_MILLISECONDS);
  return Math.min(budgetMilliseconds * LEASE_FACTOR, longest);
}

/**
 * Ends a switch that was decided by an earlier run. The new side may have been killed since, and what was applied there but
 * not yet on its disk is sent again: clients are let in behind that only.
 */
export async function endSwitch(
  context: MoveContext,
  options: Pick<SwitchOptions, 'to' | 'tables' | 'sequences' | 'gate'>,
): Promise<void> {
  const { to, tables, sequences, gate } = options;
  const [oldSide, newSide] =
    to === 'target' ? [context.source, context.target] : [context.target, context.source];
  if ((await readWriteLock(newSide, context.service, tables)) !== 'open') {
    await catchUp(context, to);
    await advanceSequences(oldSide, newSide, sequences);
    await openSide(context, to, tables);
  }
  await gate.release(to);
}

/** Waits until one side has everything that was committed on the other before. */
export async function catchUp(context: MoveContext, to: Side): Promise<void> {
  const marker = randomUUID();
  const { fence } = context.names;
  await context[to === 'target' ? 'source' : 'target'].query(`INSERT INTO ${fence} (id) VALUES ($1)`, [
    marker,
  ]);
  await waitForMarker(context[to], fence, marker, LONGEST_CATCH_UP_MILLISECONDS);
}

/** Lets one side take writes, and tells the service's processes. Running it again changes nothing. */
export async function openSide(
  context: MoveContext,
  side: Side,
  tables: ReadonlyArray<Table>,
): Promise<void> {
  const client = context[side];
  // Opening what is open would wait for whoever writes, and that may be who was in the way.
  if ((await readWriteLock(client, context.service, tables)) === 'open') return;
  await inTransaction(client, () => setWriteLock(client, context.service, tables, false));
}

async function waitForMarker(
  client: pg.Client,
  fence: string,
  marker: string,
  milliseconds: number,
): Promise<void> {
  await waitUntil(
    async () => {
      const { rowCount } = await client.query(`SELECT 1 FROM ${fence} WHERE id = $1`, [marker]);
      return rowCount === 1 ? true : undefined;
    },
    {
      what: 'What was written last did not arrive on the other side',
      milliseconds: Math.round(milliseconds),
      pauseMilliseconds: 1,
    },
  );
}

/** Ends statements that would use up more than what is left. */
async function limited(
  clients: ReadonlyArray<pg.Client>,
  milliseconds: number,
  work: () => Promise<void>,
): Promise<void> {
  const set = (value: number): Promise<unknown> =>
    Promise.all(clients.map((client) => client.query(`SET statement_timeout = ${Math.ceil(value)}`)));
  await set(milliseconds);
  try {
    await work();
  } finally {
    await set(0);
  }
}

function budgetExceeded(milliseconds: number, cause?: unknown): MigrationError {
  return new MigrationError(
    'OUTAGE_BUDGET_EXCEEDED',
    `The switch was not done within the outage budget of ${milliseconds} ms, so it was given up: the old side takes the writes again and nothing is lost. Try again at a quieter time, or allow more with --budget.`,
    { cause },
  );
}
