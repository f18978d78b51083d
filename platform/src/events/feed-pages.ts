import { z } from 'zod';
import { FEED_REFUSALS, FeedRefusal, type FeedRefusalCode } from './feed-refusal.js';
import { parsePosition } from './position.js';
import type { EventPage } from './transport.js';

const refusalType = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
const positionType = z.string().transform((text, context) => {
  const position = parsePosition(text);
  if (position === undefined) {
    context.addIssue({ code: 'custom', message: 'must be a position' });
    return z.NEVER;
  }
  return position;
});
const pageType = z.object({
  after: positionType,
  position: positionType,
  events: z.array(z.unknown()),
  elapsed: z.number().optional(),
});

/** By how much two clocks may drift apart while one answer lasts. */
const CLOCK_TOLERANCE_MILLISECONDS = 50;
/** Above the largest page: 1,000 events of 64 KiB each. */
const MAXIMUM_LINE_CHARACTERS = 80 * 1024 * 1024;

/**
 * Reads the lines of a feed's answer.
 *
 * @param askedAt when the request was sent, in the milliseconds of `performance.now()`
 * @throws {FeedRefusal} when a line says so
 * @throws when the answer is not one of a feed
 */
export async function* readFeedPages(
  source: string,
  body: AsyncIterable<Buffer>,
  askedAt: number,
): AsyncGenerator<EventPage> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const text = decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    lines[0] = rest + (lines[0] as string);
    rest = lines.pop() as string;
    if (rest.length > MAXIMUM_LINE_CHARACTERS) {
      throw new Error(`the feed of ${source} sends a line without an end`);
    }
    for (const line of lines) {
      yield readLine(source, line, askedAt);
    }
  }
  if (rest !== '') {
    throw new Error(`the feed of ${source} was cut off`);
  }
}

/** Makes the error of an answer whose status is not 200. */
export function readFeedRefusal(source: string, status: number, body: string): Error {
  try {
    const { error } = refusalType.parse(JSON.parse(body));
    return toError(source, error);
  } catch {
    // Something between us and the source answered; its words may be of any kind and size.
    return new Error(`the feed of ${source} answered with HTTP status ${status}`);
  }
}

function readLine(source: string, line: string, askedAt: number): EventPage {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Error(`the feed of ${source} sends something else than JSON`);
  }
  const refusal = refusalType.safeParse(value);
  if (refusal.success) {
    throw toError(source, refusal.data.error);
  }
  const page = pageType.safeParse(value);
  if (!page.success) {
    throw new Error(`the feed of ${source} sends something else than pages`);
  }
  const { elapsed, ...rest } = page.data;
  if (elapsed === undefined) {
    return rest;
  }
  // The source counts from when the request reached it, so this is never too late.
  const completeAt = askedAt + elapsed;
  if (completeAt > performance.now() + CLOCK_TOLERANCE_MILLISECONDS) {
    throw new Error(`the feed of ${source} counts time faster than this process`);
  }
  return { ...rest, completeAt };
}

function toError(
  source: string,
  { code, message }: { readonly code: string; readonly message: string },
): Error {
  return Object.hasOwn(FEED_REFUSALS, code)
    ? new FeedRefusal(code as FeedRefusalCode, message)
    : new Error(`the feed of ${source} failed: ${code}: ${message}`);
}
