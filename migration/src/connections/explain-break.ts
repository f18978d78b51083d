import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { MigrationError } from '../errors/index.js';
import { reasonOf } from './connect.js';

/** A session and what it leads to, for messages. */
export interface NamedSession {
  readonly client: pg.Client;
  /** `the source`, `the target of sales`. */
  readonly what: string;
}

const LOOK_MILLISECONDS = 2_000;
/** SQLSTATE `disk_full`. */
const DISK_FULL = '53100';

/**
 * Says what to do about a failure whose reason is a server that went away in the middle, or that has no room left. Every
 * other failure is given back as it is.
 *
 * @param command that was at work
 */
export async function explainBreak(
  failure: unknown,
  command: string,
  sessions: ReadonlyArray<NamedSession>,
): Promise<unknown> {
  if (failure instanceof MigrationError) return failure;
  if ((failure as { code?: string }).code === DISK_FULL) {
    return new MigrationError(
      'UNREACHABLE',
      `A server's disk is full (${reasonOf(failure)}). Nothing is lost: make room there. Run the same command again then: \`${command}\` goes on.`,
      { cause: failure },
    );
  }
  const broken = await findBroken(sessions);
  if (broken === undefined) return failure;
  return new MigrationError(
    'UNREACHABLE',
    `The connection to ${broken} broke while \`${command}\` was at work (${reasonOf(failure).replace(/\.$/, '')}). Its server was stopped or killed, ` +
      'or its disk is full: its log says which. Nothing is lost: bring it back, with room for its write-ahead log. Run the same command again then: it goes on.',
    { cause: failure },
  );
}

async function findBroken(sessions: ReadonlyArray<NamedSession>): Promise<string | undefined> {
  for (const { client, what } of sessions) {
    if (!(await answers(client))) return what;
  }
  return undefined;
}

async function answers(client: pg.Client): Promise<boolean> {
  // One that is at work on something else answers late; that is no break.
  const late = sleep(LOOK_MILLISECONDS, true, { ref: false });
  // A transaction that failed refuses every statement, and its session is there all the same.
  const answer = client.query('SELECT 1').then(
    () => true,
    (error: { severity?: string }) => error.severity === 'ERROR',
  );
  return Promise.race([answer, late]);
}
