import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { describeIssues } from './envelope.js';
import { FeedRefusal } from './feed-refusal.js';
import { parsePosition, type Position } from './position.js';

/** What is asked of a feed. */
export interface FeedQuery {
  /** A time stands for the place before the first event that happened then or later. */
  readonly after: 'start' | 'tail' | Position | Date;
  /** All when undefined. */
  readonly types: ReadonlyArray<string> | undefined;
  /** How long the answer stays open, in milliseconds. */
  readonly wait: number;
  /** How often a silent answer says that it is alive, in milliseconds; as the feed likes when undefined. */
  readonly heartbeat: number | undefined;
  /** Events a page. */
  readonly limit: number;
  readonly consumer: string | undefined;
}

const queryType = z.object({
  after: z.string({ message: 'must be `start`, `tail`, a position or a time' }),
  types: z.string().min(1).optional(),
  wait: z.coerce.number().int().min(0).max(60_000).default(0),
  heartbeat: z.coerce.number().int().min(100).max(60_000).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(500),
  consumer: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'must be a name')
    .optional(),
});

/**
 * Reads the query of a request.
 *
 * @throws {FeedRefusal} `BAD_REQUEST`, or `POSITION_UNKNOWN` for a position that was altered
 */
export function readFeedQuery(request: IncomingMessage): FeedQuery {
  if (request.method !== 'GET') {
    throw new FeedRefusal('BAD_REQUEST', 'Events are read by GET.');
  }
  const { searchParams } = new URL(request.url ?? '/', 'http://feed');
  const parsed = queryType.safeParse(Object.fromEntries(searchParams));
  if (!parsed.success) {
    throw new FeedRefusal(
      'BAD_REQUEST',
      `The request for events has mistakes: ${describeIssues(parsed.error)}.`,
    );
  }
  const { after, types, wait, heartbeat, limit, consumer } = parsed.data;
  return { after: readAfter(after), types: types?.split(','), wait, heartbeat, limit, consumer };
}

function readAfter(text: string): FeedQuery['after'] {
  if (text === 'start' || text === 'tail') {
    return text;
  }
  if (z.iso.datetime().safeParse(text).success) {
    return new Date(text);
  }
  const position = parsePosition(text);
  if (position === undefined) {
    throw new FeedRefusal(
      'POSITION_UNKNOWN',
      'The position was altered, or is none: give it as the feed gave it.',
    );
  }
  return position;
}
