import type { ServerResponse } from 'node:http';
import type pg from 'pg';
import { crashPoint } from './crash-points.js';
import { formatEnvelope } from './envelope.js';
import type { FeedQuery } from './feed-query.js';
import { FeedRefusal } from './feed-refusal.js';
import { beginningOf, formatPosition, type Position } from './position.js';
import { readHead, readLogPage, readPositionAt, verifyPosition } from './read-log.js';
import type { SettledLog } from './settled-log.js';

/** One open answer of a feed. */
export interface FeedAnswer {
  readonly source: string;
  readonly pool: pg.Pool;
  readonly log: SettledLog;
  readonly heartbeatMilliseconds: number;
  /** Aborted when the process ends. */
  readonly ending: AbortSignal;
  readonly caller: string;
  readonly query: FeedQuery;
  readonly response: ServerResponse;
}

/**
 * Writes pages until the time that was asked for is over, the reader has left or the process ends.
 *
 * @throws {FeedRefusal} for a position that the log does not have, before the first page or after any
 */
export async function answerWithPages(answer: FeedAnswer): Promise<void> {
  const { source, pool, log, query, response } = answer;
  const begunAt = performance.now();
  await (query.after === 'tail' ? log.settle(answer.ending) : log.look());
  let { settled, settledAsOf } = log;
  let cursor = await findBeginning(answer, settled);
  if (query.consumer !== undefined) {
    await rememberConsumer(pool, `${answer.caller}/${query.consumer}`, cursor);
  }
  const end = watchEnd(answer);
  try {
    response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    let told = cursor;
    for (let mustWrite = true; ;) {
      const isOver = end.signal.aborted;
      const { limit, types } = query;
      const page = await readLogPage(pool, {
        source,
        after: cursor.sequence,
        through: settled,
        limit,
        types,
      });
      if (page.epoch !== cursor.epoch) {
        throw new FeedRefusal('EPOCH_CHANGED', `The log of \`${source}\` began anew. Compare and repair.`);
      }
      cursor = page.last ?? cursor;
      if (page.events.length > 0 || mustWrite || isOver) {
        crashPoint('feed.beforePage');
        await write(response, {
          after: formatPosition(told),
          position: formatPosition(cursor),
          events: page.events.map(formatEnvelope),
          ...(page.isFull || !Number.isFinite(settledAsOf)
            ? {}
            : { elapsed: Math.floor(settledAsOf - begunAt) }),
        });
        crashPoint('feed.afterPage');
        told = cursor;
      }
      if (isOver) {
        response.end();
        return;
      }
      mustWrite = !page.isFull && (await waitForMore(answer, settled, end.signal));
      if (mustWrite) {
        // A heartbeat tells how things are now, not how they were when last something happened.
        await log.look();
      }
      ({ settled, settledAsOf } = log);
    }
  } finally {
    end.forget();
  }
}

/** Writes a line, and waits for a slow reader, so that no more than a page of it is kept here. */
async function write(response: ServerResponse, line: unknown): Promise<void> {
  if (response.write(`${JSON.stringify(line)}\n`) || response.destroyed) {
    return;
  }
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

/** Waits until the log is settled beyond what was read. @returns whether a heartbeat is due instead */
async function waitForMore(answer: FeedAnswer, read: bigint, end: AbortSignal): Promise<boolean> {
  const wait = new AbortController();
  const stop = (): void => wait.abort();
  const timer = setTimeout(stop, answer.query.heartbeat ?? answer.heartbeatMilliseconds);
  end.addEventListener('abort', stop);
  try {
    if (!end.aborted) {
      await answer.log.waitBeyond(read, wait.signal);
    }
    return wait.signal.aborted && !end.aborted;
  } finally {
    clearTimeout(timer);
    end.removeEventListener('abort', stop);
  }
}

/** Says when an answer is over: its time, its reader or its process. */
function watchEnd({ query, response, ending }: FeedAnswer): { readonly signal: AbortSignal; forget(): void } {
  const end = new AbortController();
  const stop = (): void => end.abort();
  const timer = setTimeout(stop, query.wait);
  ending.addEventListener('abort', stop);
  response.on('close', stop);
  if (ending.aborted || query.wait === 0) {
    stop();
  }
  return {
    signal: end.signal,
    forget() {
      clearTimeout(timer);
      ending.removeEventListener('abort', stop);
      response.off('close', stop);
    },
  };
}

async function findBeginning({ pool, source, query }: FeedAnswer, settled: bigint): Promise<Position> {
  const head = await readHead(pool, settled);
  if (query.after === 'tail') {
    return head;
  }
  if (query.after instanceof Date) {
    return readPositionAt(pool, { time: query.after, through: settled, epoch: head.epoch });
  }
  const position = query.after === 'start' ? beginningOf(head.epoch) : query.after;
  await verifyPosition(pool, { source, position, through: settled });
  return position;
}

async function rememberConsumer(pool: pg.Pool, name: string, position: Position): Promise<void> {
  await pool.query(
    `INSERT INTO outbox_consumers (name, epoch, sequence) VALUES ($1, $2, $3)
     ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch, sequence = excluded.sequence, seen_at = now()`,
    [name, position.epoch, position.sequence.toString()],
  );
}
