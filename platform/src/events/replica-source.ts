import type { IncomingMessage, ServerResponse } from 'node:http';
import type pg from 'pg';
import { isDatabaseUnavailable } from '../database/index.js';
import { ApplicationError } from '../errors/index.js';
import type { CallerVerifier } from '../identity/index.js';
import type { Logger } from '../telemetry/index.js';
import { FEED_REFUSALS, FeedRefusal } from './feed-refusal.js';
import { formatPosition } from './position.js';
import { readHead } from './read-log.js';
import { createReplicaQueryReader, type RangesQuery, type RowsQuery } from './replica-query.js';
import {
  COMPARABLE,
  selectRanges,
  selectRows,
  type ReplicaKeyType,
  type SqlStatement,
} from './replica-sql.js';
import { createSettledLog } from './settled-log.js';
import { pgTransactions } from './sql-transaction.js';

/** The current rows of one table of a service, for those that keep a replica of it. */
export interface ReplicaSource {
  /** Where to mount it: the two paths below `/replicas/<name>`. */
  readonly paths: string[];
  /** Answers requests at these paths. Nothing that goes wrong is left to others. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
}

export interface ReplicaSourceOptions {
  /** The service's name. */
  readonly source: string;
  /** What it is a replica of: `users`. */
  readonly name: string;
  /** The service's own pool, on the primary that takes its writes. */
  readonly pool: pg.Pool;
  readonly verifyCaller: CallerVerifier;
  /** The services that may read it, each with the columns that it needs. */
  readonly readers: Readonly<Record<string, ReadonlyArray<string>>>;
  readonly logger: Logger;
  /** The table, or a query in parentheses. */
  readonly table: string;
  /** Its unique column. */
  readonly key: string;
  readonly keyType: ReplicaKeyType;
  /** An SQL expression over the table's columns a column that replicas may have. */
  readonly columns: Readonly<Record<string, string>>;
}

/**
 * Makes the source.
 *
 * `GET …/rows?columns=A,B&after=KEY&until=KEY&limit=COUNT`, or `&keys=KEY,KEY` in the place of the range, answers
 * `{ from, through, isLast, rows: [[key, a, b]] }` in the order of the keys; values are the texts that PostgreSQL
 * writes, or null. `GET …/ranges?columns=A,B&after=KEY&size=COUNT&count=COUNT` answers
 * `{ from, through, ranges: [{ until, rows, hash }] }`: stretches of `size` rows, each beginning where the one before
 * it ended, with the sum of their hashes; `until` is null in the last of all.
 *
 * `from` and `through` are positions of the service's log: what is told holds every event up to `from`, and no event
 * after `through`. A refusal is that of the feed: `{ "error": { "code", "message" } }`.
 */
export function createReplicaSource(options: ReplicaSourceOptions): ReplicaSource {
  const { source, name, pool, logger } = options;
  const log = createSettledLog({ pool });
  const paths = [`/replicas/${name}/rows`, `/replicas/${name}/ranges`];
  const query = createReplicaQueryReader(options.keyType);
  const shape = (columns: ReadonlyArray<string>) => ({
    ...options,
    expressions: columns.map((column) => options.columns[column] as string),
  });

  /** What was read, between the position before it and the one behind it. */
  const read = async <Row extends pg.QueryResultRow>({ text, values }: SqlStatement) => {
    const from = await readHead(pool, await log.settle());
    const rows = await pgTransactions(pool)(async ({ client }) => {
      await client.query(COMPARABLE);
      return (await client.query<Row>(text, values)).rows;
    });
    // What was seen and had not settled before has settled now: no event of it comes after this.
    const through = await readHead(pool, await log.settle());
    return { from: formatPosition(from), through: formatPosition(through), rows };
  };

  const answerRows = async ({ columns, which }: RowsQuery): Promise<string> => {
    const { from, through, rows } = await read<{ line: string }>(selectRows(shape(columns), which));
    const isLast = 'keys' in which || rows.length < which.limit;
    // The lines are JSON already; parsing them here to write them again would cost more than reading them did.
    return `{"from":"${from}","through":"${through}","isLast":${isLast},"rows":[${rows.map(({ line }) => line).join(',')}]}`;
  };

  const answerRanges = async ({ columns, ...page }: RangesQuery): Promise<string> => {
    const { from, through, rows } = await read<ToldRange>(selectRanges(shape(columns), page));
    const isLast = rows.reduce((sum, range) => sum + range.rows, 0) < page.size * page.count;
    const ranges = rows.length === 0 ? [{ until: null, rows: 0, hash: '0' }] : rows;
    const last = ranges.length - 1;
    return JSON.stringify({
      from,
      through,
      ranges: ranges.map((range, index) => (isLast && index === last ? { ...range, until: null } : range)),
    });
  };

  const answer = async (request: IncomingMessage): Promise<string> => {
    const caller = options.verifyCaller(request.headers);
    const allowed = Object.hasOwn(options.readers, caller) ? options.readers[caller] : undefined;
    if (allowed === undefined) {
      throw new FeedRefusal(
        'CALLER_REFUSED',
        `\`${caller}\` keeps no replica of the ${name} of \`${source}\`.`,
      );
    }
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://replicas');
    if (request.method !== 'GET' || !paths.includes(pathname)) {
      throw new FeedRefusal('BAD_REQUEST', `Replicas are read by GET of ${paths.join(' or ')}.`);
    }
    return pathname === paths[0]
      ? answerRows(query.rows(searchParams, allowed))
      : answerRanges(query.ranges(searchParams, allowed));
  };

  return {
    paths,
    handle(request, response) {
      answer(request)
        .then((text) => write(response, 200, text))
        .catch((error: unknown) => {
          const refusal = toRefusal(error, source);
          if (refusal === undefined) {
            logger.error({ err: error, replica: name }, 'a replica could not be read');
          }
          const { code, message } = refusal ?? UNEXPECTED;
          const status = refusal === undefined ? 500 : FEED_REFUSALS[refusal.code].status;
          write(response, status, JSON.stringify({ error: { code, message } }));
        });
    },
  };
}

interface ToldRange {
  readonly until: string;
  readonly rows: number;
  readonly hash: string;
}

const UNEXPECTED = {
  code: 'INTERNAL_SERVER_ERROR',
  message: 'Something went wrong; the log of the service has the cause.',
} as const;

function toRefusal(error: unknown, source: string): FeedRefusal | undefined {
  if (error instanceof FeedRefusal) {
    return error;
  }
  if (error instanceof ApplicationError && error.code === 'CALLER_REFUSED') {
    return new FeedRefusal(
      'CALLER_REFUSED',
      `Only services that keep a replica may read \`${source}\`: send the caller's name and its secret.`,
    );
  }
  return isDatabaseUnavailable(error)
    ? new FeedRefusal(
        'DATABASE_UNAVAILABLE',
        `The database of \`${source}\` does not answer; try again shortly.`,
      )
    : undefined;
}

function write(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(text);
}
