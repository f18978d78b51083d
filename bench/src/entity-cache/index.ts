import { isDeepStrictEqual } from 'node:util';
import type { TellingGateway } from '../gateways/gateway.js';
import { quantile, type BenchmarkResult, type Measurement } from '../report/measurement.js';
import { tell } from '../report/progress.js';
import { readScale } from '../report/scale.js';
import { signIn } from './ask.js';
import { PAGE } from './list.js';
import { measurePages, walkPages, type PagesFigures, type Target } from './measure-pages.js';
import { JOIN_HEADERS, startWorld, type Size } from './worlds.js';

const FULL: Size = { users: 100_000, payments: 1_000_000 };
const CACHE_BYTES = 64 * 1_024 ** 2;
const ADMIN = 'admin@example.com';
const ROUNDS = 5;
const REQUESTS = 1_500;
const [CACHED, UNCACHED, JOINED] = ['cache warm', 'cache off', 'SQL joins'] as const;
type Name = typeof CACHED | typeof UNCACHED | typeof JOINED;

/**
 * Compares the router with its cache warm and off with one service that joins over a shared database.
 *
 * @param args `--scale=0.1` for a tenth of the rows
 */
export async function measureEntityCache(args: ReadonlyArray<string>): Promise<BenchmarkResult> {
  const { scale, option } = readScale(args);
  const size: Size = {
    users: Math.max(2_000, Math.round(FULL.users * scale)),
    payments: Math.max(10_000, Math.round(FULL.payments * scale)),
  };
  const ends: Array<() => Promise<void>> = [];
  const opened = <T extends { stop(): Promise<void> }>(one: T): T => {
    ends.unshift(() => one.stop());
    return one;
  };
  try {
    tell(`a database for each service: ${size.users.toLocaleString('en')} users`);
    const separate = opened(await startWorld('separate', size));
    tell('one database for all: the same people and payments');
    const shared = opened(await startWorld('shared', size));
    const targets = await prepare(
      {
        [CACHED]: opened(await separate.startRouter(CACHED, CACHE_BYTES)),
        [UNCACHED]: opened(await separate.startRouter(UNCACHED, 0)),
        [JOINED]: opened(await shared.startJoin()),
      },
      await signIn(`${shared.system.routerUrl}/graphql`, ADMIN),
    );
    const figures: Record<Name, PagesFigures[]> = { [CACHED]: [], [UNCACHED]: [], [JOINED]: [] };
    // The first round warms up caches, pools and compilers.
    for (let round = 0; round <= ROUNDS; round += 1) {
      tell(round === 0 ? 'warming up' : `round ${round} of ${ROUNDS}`);
      for (const name of [CACHED, UNCACHED, JOINED]) {
        const measured = await measurePages(targets[name], REQUESTS);
        if (round > 0) {
          figures[name].push(measured);
        }
      }
    }
    return {
      name: 'entity-cache',
      title: 'The entity cache on a list over three services',
      command: ['npm run bench -- entity-cache', ...option].join(' '),
      measurements: summarize(figures),
      details: { size, figures },
      notes: [
        `A page of ${PAGE} users with profile and last payments, as an ADMIN: auth, profile and payments. 50 different pages in turn over 16 connections, so that requests under way are not one and the same; medians of ${ROUNDS} rounds, in turn.`,
        'Cache warm and cache off: two processes of this router over the same four services and their four databases. SQL joins: one process that has the same Apollo Server, tokens and Prisma, and one statement with joins over one database that holds the same rows; its answers were compared with the router’s.',
        'Client, processes and PostgreSQL share the machine, so throughput is of the whole; processor time is of the process that is asked.',
      ],
    };
  } finally {
    for (const end of ends) {
      await end();
    }
  }
}

/** Finds out how to ask each for its pages, and that all answer the same. */
async function prepare(
  gateways: Readonly<Record<Name, TellingGateway>>,
  sharedToken: string,
): Promise<Readonly<Record<Name, Target>>> {
  const bearer = { authorization: `Bearer ${await signIn(gateways[CACHED].url, ADMIN)}` };
  const joining = { authorization: `Bearer ${sharedToken}`, ...JOIN_HEADERS };
  const cached = await walkPages(gateways[CACHED], bearer);
  const uncached = await walkPages(gateways[UNCACHED], bearer);
  const joined = await walkPages(gateways[JOINED], joining);
  const [expected, ...others] = [cached, uncached, joined].map(({ users }) => comparable(users));
  if (!others.every((users) => isDeepStrictEqual(users, expected))) {
    throw new Error('The answers differ, so there is nothing to compare.');
  }
  return { [CACHED]: cached.target, [UNCACHED]: uncached.target, [JOINED]: joined.target };
}

/** Moments and amounts in one spelling: PostgreSQL writes them otherwise within JSON. */
function comparable(users: unknown): unknown {
  return JSON.parse(
    JSON.stringify(users, (key, value: unknown) =>
      key === 'createdAt'
        ? Date.parse(String(value))
        : key === 'amount' && typeof value === 'string'
          ? Number(value)
          : value,
    ),
  );
}

function summarize(figures: Readonly<Record<Name, ReadonlyArray<PagesFigures>>>): ReadonlyArray<Measurement> {
  const median = (name: Name, what: keyof PagesFigures): number =>
    quantile(
      figures[name].map((each) => each[what]),
      0.5,
    );
  const against = (name: Name, goal: number): Measurement => {
    const value = median(CACHED, 'requestsPerSecond') / median(name, 'requestsPerSecond');
    return {
      what: `throughput, ${CACHED} against ${name}`,
      value,
      unit: '×',
      goal: `at least ${goal} ×`,
      isMet: value >= goal,
    };
  };
  return [
    against(UNCACHED, 3),
    against(JOINED, 1),
    ...[CACHED, UNCACHED, JOINED].flatMap((name): Measurement[] => [
      { what: `${name}, throughput`, value: median(name, 'requestsPerSecond'), unit: 'requests/s' },
      { what: `${name}, median`, value: median(name, 'p50Milliseconds'), unit: 'ms' },
      { what: `${name}, p99`, value: median(name, 'p99Milliseconds'), unit: 'ms' },
      { what: `${name}, processor time a request`, value: median(name, 'processorMilliseconds'), unit: 'ms' },
    ]),
  ];
}
