import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { findOpenSide } from '@supergraph/platform/database';
import { STATE_SCHEMA } from '../catalog/index.js';
import { connect, disconnect, reasonOf, type Endpoints } from '../connections/index.js';
import { MigrationError } from '../errors/index.js';
import type { Side } from '../state/index.js';
import { pgBouncerGate } from './pgbouncer-gate.js';

/** What a guard has to know to let clients go on by itself. */
export interface GuardTask {
  readonly service: string;
  readonly adminUrl: string;
  readonly database: string;
  readonly file: string;
  readonly endpoints: Pick<Endpoints, Side>;
}

/** A process beside this one that lets the clients go on when this one is gone. */
export interface PauseGuard {
  /**
   * Says that clients are going to be held.
   *
   * @param leaseMilliseconds for how long at most
   * @throws {MigrationError} `GATE_FAILED` when the guard did not start; nobody is held yet
   */
  hold(leaseMilliseconds: number): Promise<void>;
  /** Says that nobody is held any more. */
  release(): void;
  close(): void;
}

const READY = 'ready';
const RELEASED = 'released';
const START_MILLISECONDS = 20_000;
const POLL_MILLISECONDS = 100;

/**
 * Starts a guard; PgBouncer itself would keep a paused database paused for ever.
 *
 * @param program this tool: the program and what comes before its arguments
 */
export function startPauseGuard(program: ReadonlyArray<string>, task: GuardTask): PauseGuard {
  const [file = '', ...rest] = program;
  // In a process group of its own: what ends this process must not end it.
  const child = spawn(file, [...rest, 'guard-pause'], { detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => undefined);
  // By standard input, since arguments are shown to every user of the machine.
  child.stdin.write(`${JSON.stringify(task)}\n`);
  const ready = new Promise<void>((resolve, reject) => {
    const fail = (why: string): void =>
      reject(new MigrationError('GATE_FAILED', `The guard of PgBouncer's pause did not start: ${why}.`));
    const timer = setTimeout(() => fail('it did not answer'), START_MILLISECONDS).unref();
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`it ended with ${String(code)}`));
    child.stdout.once('data', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  ready.catch(() => undefined);
  return {
    async hold(leaseMilliseconds) {
      await ready;
      child.stdin.write(`${leaseMilliseconds}\n`);
    },
    release: () => void child.stdin.write(`${RELEASED}\n`),
    close() {
      child.stdin.end();
      child.stdout.destroy();
      child.unref();
    },
  };
}

/**
 * What the guard does: nothing, while whoever started it is there and holds the clients for no longer than it said. Else it
 * points PgBouncer to the side that takes the writes and lets the clients go on. Where a switch was cut off between its lock
 * and its end neither side takes them; then, after the lease, clients may read from the side that the commit row names, and
 * the tool run again lets them write.
 */
export async function guardPause(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Promise<void> {
  const lines = createInterface({ input })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) return;
  const task = JSON.parse(first.value) as GuardTask;
  output.write(`${READY}\n`);
  /** Undefined while nobody is held. */
  let end: number | undefined;
  let next = lines.next();
  for (;;) {
    const said = await (end === undefined ? next : Promise.race([next, sleep(end - performance.now())]));
    if (said === undefined || said.done === true) break;
    end = said.value === RELEASED ? undefined : performance.now() + Number(said.value);
    next = lines.next();
  }
  if (end === undefined) return;
  const gate = pgBouncerGate(task);
  try {
    await gate.release(await findSide(task, end));
  } finally {
    await gate.close();
  }
  // Whoever held them may still be there, and hear nothing of it.
  process.exit(0);
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
