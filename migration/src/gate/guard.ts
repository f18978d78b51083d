import { spawn } from 'node:child_process';
import type { Endpoints, GateAddresses } from '../connections/index.js';
import { MigrationError } from '../errors/index.js';
import type { Mapping } from '../mapping/index.js';
import type { Gate } from './gate.js';

/** What a guard has to know to end a switch by itself. */
export interface GuardTask {
  readonly service: string;
  readonly mapping: Mapping;
  readonly endpoints: Endpoints;
  readonly addresses: GateAddresses;
  /** What the sessions of the guarded process call themselves. */
  readonly applicationName: string;
}

/** A process beside this one that lets the clients go on when this one is gone. */
export interface Guard {
  /** @throws {MigrationError} `GATE_FAILED` when the guard did not start */
  ready(): Promise<void>;
  /**
   * Says that clients are going to be held.
   *
   * @param leaseMilliseconds for how long at most
   */
  hold(leaseMilliseconds: number): Promise<void>;
  /** Says that nobody is held any more. */
  release(): void;
  close(): void;
}

/** The command with which the tool becomes a guard. */
export const GUARD_COMMAND = 'guard-switch';
/** What a guard answers when it has heard its task. */
export const GUARD_READY = 'ready';
/** What it is told instead of the milliseconds of a lease. */
export const GUARD_RELEASED = 'released';
const START_MILLISECONDS = 20_000;

/**
 * Starts a guard. A process that was killed between lock and opening would leave clients waiting: PgBouncer for ever, the
 * service's own gate until its clients give up, since neither side takes writes then.
 *
 * @param program this tool: the program and what comes before its arguments
 */
export function startGuard(program: ReadonlyArray<string>, task: GuardTask): Guard {
  const [file = '', ...rest] = program;
  // In a process group of its own: what ends this process must not end it.
  const child = spawn(file, [...rest, GUARD_COMMAND], { detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => undefined);
  // By standard input, since arguments are shown to every user of the machine.
  child.stdin.write(`${JSON.stringify(task)}\n`);
  const ready = new Promise<void>((resolve, reject) => {
    const fail = (why: string): void =>
      reject(new MigrationError('GATE_FAILED', `The guard of the switch did not start: ${why}.`));
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
    ready: () => ready,
    async hold(leaseMilliseconds) {
      await ready;
      // Handed over before anybody is held: it must not be lost with this process.
      await new Promise<void>((resolve) => child.stdin.write(`${leaseMilliseconds}\n`, () => resolve()));
    },
    release: () => void child.stdin.write(`${GUARD_RELEASED}\n`),
    close() {
      child.stdin.end();
      child.stdout.destroy();
      child.unref();
    },
  };
}

/** A gate whose guard knows whenever it is closed. */
export function guardedGate(gate: Gate, guard: Guard): Gate {
  return {
    async prepare() {
      await Promise.all([guard.ready(), gate.prepare()]);
    },
    async hold(wish) {
      await guard.hold(wish.leaseMilliseconds);
      await gate.hold(wish);
    },
    async release(side) {
      await gate.release(side);
      guard.release();
    },
    async close() {
      guard.close();
      await gate.close();
    },
  };
}
