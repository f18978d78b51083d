import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { findOpenSide } from '@supergraph/platform/database';
import { STATE_SCHEMA } from '../catalog/index.js';
import { connect, disconnect, reasonOf } from '../connections/index.js';
import { MigrationError } from '../errors/index.js';
import { GUARD_READY, GUARD_RELEASED, makeGate, type GuardTask } from '../gate/index.js';
import { serviceOf } from '../mapping/index.js';
import type { Side } from '../state/index.js';
import { resumeClients } from './resume-clients.js';

const POLL_MILLISECONDS = 100;
/** Servers that were killed with the tool are there again within this; later it is for a person to look. */
const LONGEST_TRY_MILLISECONDS = 60_000;

/**
 * What the guard does: nothing, while whoever started it is there and holds the clients for no longer than it said. When that
 * process is gone, the guard opens the side that the commit row names and lets the clients go on there. When it is there and
 * the time is over, PgBouncer, which has no lease of its own, is opened.
 */
export async function guardSwitch(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<void> {
  const lines = createInterface({ input })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) return;
  const task = JSON.parse(first.value) as GuardTask;
  output.write(`${GUARD_READY}\n`);
  /** Undefined while nobody is held. */
  let end: number | undefined;
  let next = lines.next();
  let isGone: boolean;
  for (;;) {
    const said = await (end === undefined || hasLease(task)
      ? next
      : Promise.race([next, sleep(end - performance.now())]));
    isGone = said?.done === true;
    if (said === undefined || said.done === true) break;
    end = said.value === GUARD_RELEASED ? undefined : performance.now() + Number(said.value);
    next = lines.next();
  }
  if (end === undefined) return;
  if (!isGone || !(await takeOver(task))) {
    const gate = makeGateOf(task);
    try {
      await gate.release(await findSide(task, end));
    } finally {
      await gate.close();
    }
  }
  // Whoever held them may still be there, and hear nothing of it.
  process.exit(0);
}

function hasLease({ mapping, service }: GuardTask): boolean {
  return serviceOf(mapping, service).gate.kind !== 'pgbouncer';
}

/** A process of the service that is away asks the databases when it is there again: it is not waited for. */
function makeGateOf({ service, mapping, addresses, endpoints }: GuardTask): ReturnType<typeof makeGate> {
  return makeGate(service, serviceOf(mapping, service), addresses, endpoints, { patienceMilliseconds: 0 });
}

/** @returns false when there is nothing of a switch in the databases, or they do not answer for long */
async function takeOver(task: GuardTask): Promise<boolean> {
  const end = performance.now() + LONGEST_TRY_MILLISECONDS;
  for (;;) {
    const gate = makeGateOf(task);
    try {
      await resumeClients({ ...task, gate, deadApplicationName: task.applicationName });
      return true;
    } catch (error) {
      const code = error instanceof MigrationError ? error.code : undefined;
      // It is open in the databases, where processes that could not be told look by themselves.
      if (code === 'GATE_FAILED' && hasLease(task)) return true;
      if (code === 'WRONG_STATE' || performance.now() >= end) return false;
      await sleep(POLL_MILLISECONDS);
    } finally {
      await gate.close();
    }
  }
}

async function findSide(task: GuardTask, end: number): Promise<Side> {
  for (;;) {
    const side = await findOpenSide(task.service, task.endpoints).catch(() => undefined);
    if (side !== undefined) return side;
    if (performance.now() >= end) return readCommittedSide(task);
    await sleep(POLL_MILLISECONDS);
  }
}

async function readCommittedSide({ service, endpoints }: GuardTask): Promise<Side> {
  const source = await connect(endpoints.source, {
    what: 'the source',
    applicationName: 'migration guard',
  });
  try {
    const { rows } = await source.query<{ side: Side }>(
      `SELECT writes_to AS side FROM ${STATE_SCHEMA}.service WHERE name = $1`,
      [service],
    );
    return rows[0]?.side ?? 'source';
  } catch (error) {
    throw new MigrationError('GATE_FAILED', `Which side is open is not known: ${reasonOf(error)}.`, {
      cause: error,
    });
  } finally {
    await disconnect(source);
  }
}
