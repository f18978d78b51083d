import { TransportFailure } from './transport-failure.js';

/** A GraphQL response as a subgraph sent it: its shape is checked, what stands in it is not. */
export interface SubgraphAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: ReadonlyArray<unknown>;
  /** Characters of its text. */
  readonly length?: number;
  /** Its `Cache-Control` header. */
  readonly cacheControl?: string;
  /** What its `extensions` say, unchecked. */
  readonly extensions?: unknown;
  /** How many of its entities, or whether its root fields (1), came from a cache. */
  readonly cached?: number;
}

const OVERLOADED = new Set([502, 503, 504]);

/**
 * Reads a subgraph's answer. A GraphQL response counts whatever its HTTP status, save that 502 and 503 without
 * data say that somebody else should be asked.
 *
 * @throws {TransportFailure} `overloaded` or `malformed`
 * @see https://graphql.github.io/graphql-over-http/draft/
 */
export function parseAnswer(status: number, text: string): SubgraphAnswer {
  const answer = readResponse(text);
  if (OVERLOADED.has(status) && (answer?.data === undefined || answer.data === null)) {
    throw new TransportFailure('overloaded', `HTTP status ${status}`);
  }
  if (answer === undefined) {
    const excerpt = JSON.stringify(text.slice(0, 120));
    throw new TransportFailure('malformed', `HTTP status ${status} with ${excerpt} is no GraphQL response`);
  }
  return answer;
}

function readResponse(text: string): SubgraphAnswer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) {
    return undefined;
  }
  const { data, errors, extensions } = value;
  // Some servers write `"errors": null` or an empty list where the specification wants the key left out.
  const given = Array.isArray(errors) && errors.length > 0 ? errors : undefined;
  const fits =
    (isObject(data) || data === undefined || data === null) &&
    (Array.isArray(errors) || errors === undefined || errors === null);
  if (!fits || (!isObject(data) && given === undefined)) {
    return undefined;
  }
  return {
    ...(data === undefined ? {} : { data }),
    ...(given === undefined ? {} : { errors: given }),
    ...(extensions === undefined ? {} : { extensions }),
    length: text.length,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
