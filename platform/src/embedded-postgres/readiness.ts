import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { EmbeddedPostgresError, hasSystemCode } from './errors.js';
import type { ServerLog } from './server-log.js';
import type { ServerProcess } from './server-process.js';

const pollMilliseconds = 25;
const connectMilliseconds = 5_000;
/** Recovery after an unclean end replays at most a few hundred MiB of the write-ahead log. */
const readyMilliseconds = 180_000;

/** How a start went: `ready`, or a reason that another attempt may not meet. */
export type StartOutcome = 'ready' | 'port-taken' | 'shared-memory-in-use';

/**
 * Waits until the server answers `SELECT 1` to its superuser.
 *
 * @throws EmbeddedPostgresError `START_FAILED` with the last lines of the server's log, `WRONG_PASSWORD`
 */
export async function waitUntilReady(
  server: ServerProcess,
  log: ServerLog,
  url: string,
  directory: string,
): Promise<StartOutcome> {
  const deadline = Date.now() + readyMilliseconds;
  while (server.exit() === undefined) {
    const answer = await ask(url, directory);
    if (answer === 'ready') return 'ready';
    if (answer === 'wrong-password' && (await isAccepting(server, directory))) {
      throw new EmbeddedPostgresError(
        'WRONG_PASSWORD',
        `The cluster in ${directory} was made with another superuser password. ` +
          'Give that one, or remove the folder to begin anew.',
      );
    }
    if (Date.now() > deadline) throw startFailed('it did not answer in 180 s', await log.tail(15), directory);
    await sleep(pollMilliseconds);
  }
  const lines = await log.tail(15);
  if (/could not bind IPv4 address/.test(lines)) return 'port-taken';
  if (/pre-existing shared memory block/.test(lines)) return 'shared-memory-in-use';
  const { code, signal } = server.exit() ?? {};
  throw startFailed(`it ended with ${signal ?? `status ${String(code)}`}`, lines, directory);
}

/**
 * Whether this very server accepts connections: on the port of one that could not bind, another one may have answered.
 * A server writes its state into the eighth line of `postmaster.pid` (PostgreSQL's pidfile.h).
 */
async function isAccepting(server: ServerProcess, directory: string): Promise<boolean> {
  const lines = (await readFile(join(directory, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return Number(lines[0]) === server.processId && lines[7]?.trim() === 'ready';
}

async function ask(url: string, directory: string): Promise<'ready' | 'not-yet' | 'wrong-password'> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectMilliseconds });
  // A connection that breaks while it is idle is no failure: the next question tells.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ one: number; folder: string }>(
      `SELECT 1 AS one, current_setting('data_directory') AS folder`,
    );
    // On the port of a server that could not bind, another one may be answering.
    return rows[0]?.one === 1 && (await realpath(rows[0].folder)) === directory ? 'ready' : 'not-yet';
  } catch (error) {
    return hasSystemCode(error, '28P01') ? 'wrong-password' : 'not-yet';
  } finally {
    await client.end().catch(() => undefined);
  }
}

function startFailed(why: string, logLines: string, directory: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'START_FAILED',
    `The PostgreSQL server of ${directory} did not start: ${why}. Its log ends with:\n${logLines}\n${hintFor(logLines)}`,
  );
}

/** What to do about the commonest causes. */
function hintFor(logLines: string): string {
  const hints: ReadonlyArray<readonly [RegExp, string]> = [
    [/No space left on device/, 'The disk is full: free some space and start again.'],
    [
      /unrecognized configuration parameter|invalid value for parameter/,
      'Correct the settings that were given.',
    ],
    [
      /could not create shared memory|could not map anonymous|out of memory/i,
      'Give the server more memory, or lower shared_buffers.',
    ],
    [
      /incompatible with server|was initialized by PostgreSQL version/,
      'Remove the folder, or use the version that made it.',
    ],
    [
      /could not locate a valid checkpoint|invalid checkpoint|PANIC/,
      'The files are damaged: restore the folder from a backup, or remove it to begin anew.',
    ],
    [/Permission denied/, "The folder's owner cannot read all of it: correct the permissions."],
  ];
  const hint = hints.find(([pattern]) => pattern.test(logLines))?.[1];
  return (
    hint ??
    `The whole log is server.log in that folder. If its data may be lost, remove the folder and start again.`
  );
}
