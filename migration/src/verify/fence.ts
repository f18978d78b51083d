import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { QualifiedName } from '../catalog/index.js';
import { inTransaction } from '../connections/index.js';
import { MigrationError } from '../errors/index.js';
import { waitUntil } from '../move/index.js';
import { readStream, refreshConnection, type Stream, type StreamState } from '../replication/index.js';
import { fenceLockKeys, keepMaintenanceOut, lockTables, retryOnLocks, type Side } from '../state/index.js';

/** The sessions of a fence: two on the side that takes the writes, two on the side that follows. */
export interface FenceSessions {
  readonly publisherLock: pg.Client;
  readonly publisherSnapshot: pg.Client;
  readonly subscriberLock: pg.Client;
  readonly subscriberSnapshot: pg.Client;
}

/** The point at which two snapshots of two servers show the same transactions. */
export interface FencePoint {
  readonly id: string;
  /** Which side takes the writes. */
  readonly writesTo: Side;
  /** Position in the write-ahead log of that side. */
  readonly walPosition: string;
  readonly at: string;
  /** How long writers were kept waiting, and how often the lock was tried. */
  readonly lockMilliseconds: number;
  readonly attempts: number;
}

const LONGEST_LOCK_WAIT_MILLISECONDS = 300_000;
/** A worker that failed is started again after five seconds, by default. */
const LONGEST_ABSENCE_MILLISECONDS = 20_000;
const MOST_ERRORS = 4;

/**
 * Opens one snapshot on each side such that both show exactly the same transactions, while writes go on.
 *
 * Writers of these tables are kept out for the moment in which the publisher's snapshot is opened and a fence row is
 * written behind it. The subscriber's apply worker stops at that row, at a lock that is held here: what it has applied
 * then is what the snapshot shows.
 *
 * @throws MigrationError `TIMED_OUT`, `STREAM_BROKEN`
 */
export async function openFence(
  sessions: FenceSessions,
  options: {
    readonly service: string;
    readonly stream: Stream;
    readonly writesTo: Side;
    readonly tables: ReadonlyArray<QualifiedName>;
    readonly fence: string;
  },
): Promise<FencePoint> {
  const { publisherLock, publisherSnapshot, subscriberLock, subscriberSnapshot } = sessions;
  const { service, fence, tables, stream } = options;
  const lock = fenceLockKeys(service);
  const id = randomUUID();
  await publisherLock.query(`DELETE FROM ${fence} WHERE made_at < clock_timestamp() - interval '1 hour'`);
  await subscriberLock.query(`SELECT pg_advisory_lock(${lock})`);
  try {
    let attempts = 0;
    const takeSnapshot = async (): Promise<Pick<FencePoint, 'walPosition' | 'lockMilliseconds'>> => {
      attempts += 1;
      try {
        return await inTransaction(publisherLock, async () => {
          await keepMaintenanceOut(publisherLock, tables);
          await lockTables(publisherLock, tables, 'SHARE');
          const locked = performance.now();
          await publisherSnapshot.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
          const { rows } = await publisherSnapshot.query<{ position: string }>(
            'SELECT pg_current_wal_insert_lsn()::text AS position',
          );
          await publisherLock.query(`INSERT INTO ${fence} (id) VALUES ($1)`, [id]);
          return { walPosition: rows[0]?.position ?? '', lockMilliseconds: performance.now() - locked };
        });
      } catch (error) {
        await publisherSnapshot.query('ROLLBACK');
        throw error;
      }
    };
    const taken = await retryOnLocks(takeSnapshot, {
      milliseconds: LONGEST_LOCK_WAIT_MILLISECONDS,
      message: `The tables of ${service} could not be locked for a moment: a transaction that writes to them has run for long. End it, then run this again.`,
    });
    await waitForWorker(subscriberLock, service, stream);
    await subscriberSnapshot.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await subscriberSnapshot.query('SELECT pg_current_snapshot()');
    return { id, writesTo: options.writesTo, at: new Date().toISOString(), attempts, ...taken };
  } finally {
    await subscriberLock.query(`SELECT pg_advisory_unlock(${lock})`);
  }
}

/** Waits until the apply worker stands at the fence. */
async function waitForWorker(subscriber: pg.Client, service: string, stream: Stream): Promise<void> {
  let asked = 0;
  let seenAt = performance.now();
  const { errors: before } = await readStream(stream);
  await waitUntil(
    async () => {
      const { rowCount } = await subscriber.query(
        `SELECT 1 FROM pg_locks l
          WHERE l.locktype = 'advisory' AND NOT l.granted AND l.objsubid = 2
            AND l.classid = (hashtext('supergraph migration fence')::bigint & 4294967295)::oid
            AND l.objid = (hashtext($1)::bigint & 4294967295)::oid`,
        [service],
      );
      if (rowCount !== null && rowCount > 0) return true;
      asked += 1;
      if (asked % 200 === 0) {
        const { running, errors } = await requireStream(stream);
        if (running) seenAt = performance.now();
        if (performance.now() - seenAt > LONGEST_ABSENCE_MILLISECONDS || errors - before >= MOST_ERRORS) {
          throw new MigrationError(
            'STREAM_BROKEN',
            `The stream ${stream.name} stands still: ${running ? 'what it applies fails' : 'its worker does not run'}. ` +
              'The log of the server that follows says why; often it cannot reach the other one at the address that was given for servers, or has no free worker.',
          );
        }
      }
      return undefined;
    },
    { what: 'The fence did not arrive on the other side', milliseconds: 3_600_000, pauseMilliseconds: 3 },
  );
}

/**
 * Makes sure that a stream can run, and has today's address.
 *
 * @throws {MigrationError} `STREAM_BROKEN` when waiting for the stream would be in vain
 */
export async function requireStream(stream: Stream): Promise<StreamState> {
  await refreshConnection(stream);
  const state = await readStream(stream);
  const { slot, subscribed, enabled } = state;
  if (slot === 'usable' && subscribed && enabled) return state;
  const what =
    slot !== 'usable'
      ? `its replication slot is ${slot === 'lost' ? 'lost' : 'gone'}`
      : subscribed
        ? 'its subscription is disabled'
        : 'its subscription was dropped';
  throw new MigrationError(
    'STREAM_BROKEN',
    `The stream ${stream.name} is broken: ${what}. ` +
      (subscribed && slot === 'usable'
        ? `Enable it: ALTER SUBSCRIPTION ${stream.name} ENABLE.`
        : 'Run `start` again: it copies anew.'),
  );
}
