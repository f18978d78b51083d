import { Pool } from 'undici';
import { quantile } from '../report/measurement.js';

/** What a stretch of load showed from outside. */
export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  /** Characters of the last answer. */
  readonly answerLength: number;
}

/**
 * Sends requests over a constant number of connections, each the next as soon as it has its answer.
 *
 * @param options.query of the n-th request
 * @throws when an answer is not 200, holds errors, or holds no data
 */
export async function runLoad(options: {
  readonly url: string;
  readonly query: (request: number) => string;
  /** Of the n-th request; none when not given. */
  readonly variables?: (request: number) => Readonly<Record<string, unknown>>;
  /** Beside the content's type. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly requests: number;
  /** Number of the first request. */
  readonly first: number;
}): Promise<LoadResult> {
  const { url, query, variables, connections, requests, first } = options;
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const took: number[] = [];
  let next = 0;
  let answerLength = 0;
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...options.headers };
  const work = async (): Promise<void> => {
    while (next < requests) {
      const body = JSON.stringify({ query: query(first + next), variables: variables?.(first + next) });
      next += 1;
      const sentAt = performance.now();
      const response = await pool.request({ path: pathname, method: 'POST', headers, body });
      const text = await response.body.text();
      took.push(performance.now() - sentAt);
      if (response.statusCode !== 200 || text.includes('"errors"') || !text.includes('"data"')) {
        throw new Error(`${url} answered ${response.statusCode}: ${text.slice(0, 500)}`);
      }
      answerLength = text.length;
    }
  };
  const startedAt = performance.now();
  try {
    await Promise.all(Array.from({ length: connections }, work));
  } finally {
    await pool.destroy();
  }
  return {
    requestsPerSecond: (requests * 1_000) / (performance.now() - startedAt),
    p50Milliseconds: quantile(took, 0.5),
    p99Milliseconds: quantile(took, 0.99),
    answerLength,
  };
}
