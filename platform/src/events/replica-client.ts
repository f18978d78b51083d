import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { CALLER_HEADER, SECRET_HEADER } from '../identity/index.js';
import { readFeedRefusal } from './feed-pages.js';
import { FeedRefusal } from './feed-refusal.js';
import { parsePosition, type Position } from './position.js';
import { MAXIMUM_KEYS } from './replica-query.js';
import type { KeyRange } from './replica-sql.js';

/** A row as its owner has it: the key, and the text or null of each column that was asked for. */
export type ReplicaRow = readonly [key: string, ...values: ReadonlyArray<string | null>];

/** What was read of the owner: it holds every event up to `from`, and none after `through`. */
export interface ReplicaReading {
  readonly from: Position;
  readonly through: Position;
}

/** Some rows of the owner, in the order of their keys. */
export interface ReplicaPage extends ReplicaReading {
  readonly rows: ReadonlyArray<ReplicaRow>;
  /** Whether none follows in the range that was asked for. */
  readonly isLast: boolean;
}

/** How many rows of the owner lie in a range of keys, and the sum of their hashes. */
export interface RangeHash extends KeyRange {
  readonly rows: number;
  readonly hash: string;
}

/** Reads one table of its owner. */
export interface ReplicaClient {
  /** The service that owns it. */
  readonly source: string;
  /** At most `limit` rows of a range, 5,000 when not given. */
  readRange(
    columns: ReadonlyArray<string>,
    range: KeyRange & { readonly limit?: number },
  ): Promise<ReplicaPage>;
  /** Those of at most 200 keys that there are. */
  readKeys(columns: ReadonlyArray<string>, keys: ReadonlyArray<string>): Promise<ReplicaPage>;
  /** All rows of the table, range by range, each as the owner has it at that moment. */
  ranges(columns: ReadonlyArray<string>): AsyncIterable<RangeHash>;
  close(): Promise<void>;
}

export interface ReplicaClientOptions {
  /** The service that owns the table. */
  readonly source: string;
  /** What the owner calls it: `users`. */
  readonly name: string;
  /** Any address of each of its processes, such as that of `/events` or `/graphql`. */
  readonly urls: ReadonlyArray<string>;
  /** The name under which this process asks. */
  readonly caller: string;
  /** The secret of this pair of caller and service. */
  readonly secret: string;
  /** After how long an answer is given up, 30 s when not given. */
  readonly timeoutMilliseconds?: number;
}

const ROWS_A_PAGE = 5_000;
const ROWS_A_RANGE = 1_000;
const RANGES_A_REQUEST = 50;
const ATTEMPTS = 4;

const position = z.string().transform((text, context) => {
  const parsed = parsePosition(text);
  if (parsed === undefined) {
    context.addIssue({ code: 'custom', message: 'must be a position' });
    return z.NEVER;
  }
  return parsed;
});
const reading = { from: position, through: position };
const pageType = z.object({
  ...reading,
  isLast: z.boolean(),
  rows: z.array(z.tuple([z.string()], z.string().nullable())),
});
const rangesType = z.object({
  ...reading,
  ranges: z.array(z.object({ until: z.string().nullable(), rows: z.int(), hash: z.string() })).min(1),
});

/**
 * Makes the client. A process of the owner that does not answer is asked again, and the others in turn.
 *
 * @throws when there is no address or no secret
 */
export function createReplicaClient(options: ReplicaClientOptions): ReplicaClient {
  const { source, name, urls, caller, secret, timeoutMilliseconds = 30_000 } = options;
  if (urls.length === 0 || secret === '') {
    throw new Error(`The ${name} of ${source} need an address and a secret to be read.`);
  }
  const agent = new Agent({
    connect: { timeout: 3_000 },
    headersTimeout: timeoutMilliseconds,
    bodyTimeout: timeoutMilliseconds,
  });
  let turn = 0;

  const askOnce = async <Answer>(
    part: 'rows' | 'ranges',
    query: Readonly<Record<string, string>>,
    type: z.ZodType<Answer>,
  ): Promise<Answer> => {
    const url = new URL(`/replicas/${name}/${part}`, urls[turn % urls.length]);
    url.search = new URLSearchParams(query).toString();
    const response = await request(url, {
      dispatcher: agent,
      headers: { accept: 'application/json', [CALLER_HEADER]: caller, [SECRET_HEADER]: secret },
    });
    const text = await response.body.text();
    if (response.statusCode !== 200) {
      throw readFeedRefusal(source, response.statusCode, text);
    }
    const answer = type.safeParse(parseJson(text));
    if (!answer.success) {
      throw new Error(`${source} answers something else than a replica's rows`);
    }
    return answer.data;
  };

  const ask = async <Answer>(...args: Parameters<typeof askOnce<Answer>>): Promise<Answer> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await askOnce(...args);
      } catch (error) {
        const isFinal = error instanceof FeedRefusal && !error.isPassing;
        if (isFinal || attempt === ATTEMPTS) {
          throw error;
        }
        turn += 1;
        await sleep(100 * 2 ** attempt);
      }
    }
  };

  return {
    source,
    readRange: (columns, { after, until, limit = ROWS_A_PAGE }) =>
      ask(
        'rows',
        {
          columns: columns.join(','),
          limit: String(limit),
          ...(after === null ? {} : { after }),
          ...(until === null ? {} : { until }),
        },
        pageType,
      ),
    readKeys(columns, keys) {
      if (keys.length > MAXIMUM_KEYS) {
        throw new RangeError(`At most ${MAXIMUM_KEYS} keys can be asked for at once, not ${keys.length}.`);
      }
      return ask('rows', { columns: columns.join(','), keys: keys.join(',') }, pageType);
    },
    async *ranges(columns) {
      let after: string | null = null;
      for (;;) {
        const query: Readonly<Record<string, string>> = {
          columns: columns.join(','),
          size: String(ROWS_A_RANGE),
          count: String(RANGES_A_REQUEST),
          ...(after === null ? {} : { after }),
        };
        const { ranges }: z.infer<typeof rangesType> = await ask('ranges', query, rangesType);
        for (const range of ranges) {
          yield { ...range, after };
          if (range.until === null) {
            return;
          }
          after = range.until;
        }
      }
    },
    close: () => agent.destroy(),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
