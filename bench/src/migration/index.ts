import { quantile, type BenchmarkResult, type Measurement } from '../report/measurement.js';
import { readScale } from '../report/scale.js';
import { measureStore, type StoreFigures } from './measure-store.js';
import { measureSystem, type SystemFigures } from './measure-system.js';

const FULL = { rows: 1_000_000, users: 100_000 } as const;
const ROUNDS = 3;
const SWITCHES = 5;
const COPY_GOAL = 0.8;
const STALL_GOAL_MILLISECONDS = 1_000;

/**
 * Compares the migration's copy and verification with what one would do by hand, and measures what clients of the running
 * system notice of a copy and of the switches.
 *
 * @param args `--scale=0.1` for a tenth of the rows
 */
export async function measureMigration(args: ReadonlyArray<string>): Promise<BenchmarkResult> {
  const { scale, option } = readScale(args);
  const rows = Math.max(20_000, Math.round(FULL.rows * scale));
  const users = Math.max(2_000, Math.round(FULL.users * scale));
  const store = await measureStore({ orders: rows, rounds: ROUNDS });
  const system = await measureSystem({ users, payments: rows, switches: SWITCHES });
  return {
    name: 'migration',
    title: 'Moving a service to a database of its own',
    command: ['npm run bench -- migration', ...option].join(' '),
    measurements: [...ofStore(store), ...ofSystem(system)],
    details: { rows, users, store, system },
    notes: [
      `Copy and verification: a table of ${rows.toLocaleString('en')} rows and one of a tenth as many, from one PostgreSQL server to another with the same indexes and settings (fsync and synchronous_commit on); medians of ${ROUNDS} rounds, in turn. The pipe is \`psql -c "COPY … TO STDOUT" | psql -c "COPY … FROM STDIN"\`, both tables at once, into tables with their primary keys, and the other indexes after it. The hash is pgcopydb’s, \`sum(hashtext(row::text))\`, on both sides at once.`,
      `Clients: registrations, payments, changed profiles and lists through the router, with ${users.toLocaleString('en')} users and ${rows.toLocaleString('en')} payments. Beside the copy at most 48 wait for an answer, and always as many as that: the cores are busy already, so what the copy takes is missing there. The switches at 60 requests a second. No request failed and no acknowledged write was lost, else there would be no figures.`,
      'Clients, services, router, the tool and all five PostgreSQL servers share the machine.',
    ],
  };
}

function ofStore(rounds: ReadonlyArray<StoreFigures>): ReadonlyArray<Measurement> {
  const median = (what: keyof StoreFigures): number =>
    quantile(
      rounds.map((each) => each[what]),
      0.5,
    );
  const ratio = (what: string, value: number, goal: number): Measurement => ({
    what,
    value,
    unit: '×',
    goal: `at least ${goal} ×`,
    isMet: value >= goal,
  });
  return [
    ratio(
      'speed of `start` against COPY piped between the servers',
      median('pipe') / median('start'),
      COPY_GOAL,
    ),
    ratio('speed of `verify` against sum(hashtext(row::text))', median('hashtext') / median('verify'), 1),
    { what: '`start`: tables, copy, indexes, streaming', value: median('start'), unit: 's' },
    { what: 'COPY piped, then the same indexes', value: median('pipe'), unit: 's' },
    { what: '`verify`', value: median('verify'), unit: 's' },
    { what: 'sum(hashtext(row::text)) on both sides', value: median('hashtext'), unit: 's' },
  ];
}

function ofSystem({ before, duringCopy, following, switches }: SystemFigures): ReadonlyArray<Measurement> {
  const of = (command: 'cutover' | 'rollback'): SystemFigures['switches'] =>
    switches.filter((each) => each.command === command);
  const held = quantile(
    of('cutover').map(({ heldMilliseconds }) => heldMilliseconds),
    0.5,
  );
  return [
    {
      what: 'cut-over, clients held, median of five',
      value: held,
      unit: 'ms',
      goal: 'under 1 s',
      isMet: held < STALL_GOAL_MILLISECONDS,
    },
    ...(['cutover', 'rollback'] as const).flatMap((command): Measurement[] => [
      {
        what: `${command}, clients held at most`,
        value: Math.max(...of(command).map(({ heldMilliseconds }) => heldMilliseconds)),
        unit: 'ms',
      },
      {
        what: `${command}, longest pause of a client`,
        value: Math.max(...of(command).map(({ longestMilliseconds }) => longestMilliseconds)),
        unit: 'ms',
      },
    ]),
    {
      what: 'switches that gave up before, the budget of 1 s being spent',
      value: switches.reduce((sum, { gaveUp }) => sum + gaveUp, 0),
      unit: '',
    },
    {
      what: 'throughput beside the copy, of that before',
      value: duringCopy.requestsPerSecond / before.requestsPerSecond,
      unit: '×',
    },
    {
      what: 'throughput while the target follows, of that before',
      value: following.requestsPerSecond / before.requestsPerSecond,
      unit: '×',
    },
    { what: 'throughput before', value: before.requestsPerSecond, unit: 'requests/s' },
    { what: 'p99 before', value: before.p99Milliseconds, unit: 'ms' },
    { what: 'p99 beside the copy', value: duringCopy.p99Milliseconds, unit: 'ms' },
  ];
}
