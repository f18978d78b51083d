import { processorTimeOf } from '../events/processor-time.js';
import type { TellingGateway } from '../gateways/gateway.js';
import { runLoad } from '../gateways/load.js';
import { ask } from './ask.js';
import { LIST } from './list.js';

/** Whom to ask, as whom. */
export interface Target {
  readonly gateway: TellingGateway;
  readonly headers: Readonly<Record<string, string>>;
  /** What is asked before each page; null for the first. */
  readonly cursors: ReadonlyArray<string | null>;
}

/** What one stretch of load showed. */
export interface PagesFigures {
  readonly requestsPerSecond: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  /** Of the process that is asked, alone. */
  readonly processorMilliseconds: number;
}

interface Page {
  readonly users: {
    readonly edges: ReadonlyArray<{ readonly node: unknown }>;
    readonly pageInfo: { readonly endCursor: string | null };
  };
}

/** Different pages, so that requests under way at the same time are not the same one. */
const PAGES = 50;
const CONNECTIONS = 16;

/** Reads the pages one after the other. @returns how to ask for each, and what is on them */
export async function walkPages(
  gateway: TellingGateway,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly target: Target; readonly users: ReadonlyArray<unknown> }> {
  const cursors: Array<string | null> = [];
  const users: unknown[] = [];
  let after: string | null = null;
  while (cursors.length < PAGES) {
    cursors.push(after);
    const page: Page['users'] = (await ask<Page>(gateway.url, LIST, { after }, headers)).users;
    users.push(...page.edges.map(({ node }) => node));
    after = page.pageInfo.endCursor;
  }
  return { target: { gateway, headers, cursors }, users };
}

/** Asks for all pages in turn, again and again. */
export async function measurePages(
  { gateway, headers, cursors }: Target,
  requests: number,
): Promise<PagesFigures> {
  const before = processorTimeOf([gateway.processId]);
  const load = await runLoad({
    url: gateway.url,
    headers,
    query: () => LIST,
    variables: (request) => ({ after: cursors[request % cursors.length] }),
    connections: CONNECTIONS,
    requests,
    first: 0,
  });
  return {
    requestsPerSecond: load.requestsPerSecond,
    p50Milliseconds: load.p50Milliseconds,
    p99Milliseconds: load.p99Milliseconds,
    processorMilliseconds: (processorTimeOf([gateway.processId]) - before) / requests,
  };
}
