import { tell } from '../report/progress.js';
import type { BenchmarkResult, Measurement } from '../report/measurement.js';
import { readScale } from '../report/scale.js';
import { renderColumns } from './render-columns.js';
import { measuredLists } from './lists.js';
import { measureList, type PageCost } from './measure-list.js';
import { measureLogin, type LoginCost } from './measure-login.js';
import { startMeasuredSystem, type MeasuredSystem, type Size } from './system.js';

const FULL: Size = { users: 100_000, payments: 1_000_000 };
/** How much of the processor's time a sign-in may need beside the check of the password, of what that needs. */
const BESIDE_ARGON2 = 0.5;

/**
 * Measures the lists and the sign-in of auth, payments and admin.
 *
 * @param args `--scale=0.1` for a tenth of the rows
 */
export async function measureServices(args: ReadonlyArray<string>): Promise<BenchmarkResult> {
  const { scale, option } = readScale(args);
  const size: Size = {
    users: Math.max(100, Math.round(FULL.users * scale)),
    payments: Math.max(1_000, Math.round(FULL.payments * scale)),
  };
  const system = await startMeasuredSystem(size);
  try {
    const costs: PageCost[] = [];
    for (const list of measuredLists(await findPeople(system))) {
      tell(list.name);
      costs.push(...(await measureList(system, list)));
    }
    tell('sign-in');
    const login = await measureLogin(system);
    return {
      name: 'services',
      title: 'Lists, search and sign-in',
      command: ['npm run bench -- services', ...option].join(' '),
      measurements: summarize(costs, login),
      details: { size, pages: costs, login },
      sections: `## Every page\n\nTimes are medians in milliseconds unless a column says otherwise.\n\n${renderColumns(costs)}`,
      notes: [
        `${size.users.toLocaleString('en')} users, ${size.payments.toLocaleString('en')} payments and as many audit entries in a PostgreSQL server for each service; each service is a process of its own, asked over HTTP by one client, one request after the other.`,
        'A page has 20 rows. The thousandth is found by its cursor; lists that are shorter have none.',
        'Prepared: the statement that the service sent, with the values that it had, as a prepared statement of pg on the same database. It is what no service can undercut: HTTP, GraphQL, authorization and the objects of 20 rows come on top.',
        'OFFSET: the thousandth page of the same list by OFFSET, as a prepared statement of pg; its factor is over the prepared statement of the page by cursor.',
        'Sign-in: processor time of the service’s process with all of its threads, against that of @node-rs/argon2 for the same parameters in a process of its own; measured in turn, in blocks of 20.',
      ],
    };
  } finally {
    await system.stop();
  }
}

/** Somebody who is in the lists that are about one person, and thirty days in the middle of all. */
async function findPeople({ services }: MeasuredSystem) {
  const [payer] = await services.payments.database.query<{ id: string; from: Date }>(
    `SELECT user_id AS id, created_at AS "from" FROM payments ORDER BY created_at OFFSET (SELECT count(*) / 2 FROM payments) LIMIT 1`,
  );
  const [actor] = await services.admin.database.query<{ id: string }>(
    'SELECT actor_id AS id FROM audit_entry_details LIMIT 1',
  );
  if (payer === undefined || actor === undefined) {
    throw new Error('Nothing was generated.');
  }
  return {
    payer: payer.id,
    actor: actor.id,
    from: payer.from.toISOString(),
    before: new Date(payer.from.getTime() + 30 * 86_400_000).toISOString(),
  };
}

function summarize(costs: ReadonlyArray<PageCost>, login: LoginCost): ReadonlyArray<Measurement> {
  const deep = costs.flatMap(({ list, offsetMedian, preparedMedian }) =>
    offsetMedian === undefined ? [] : [{ list, times: offsetMedian / preparedMedian }],
  );
  const pairs = costs.flatMap((cost) => {
    const first = costs.find((other) => other.list === cost.list && other.page === 'first');
    return cost.page === 'first' || first === undefined ? [] : [cost.median / first.median];
  });
  const most = (values: ReadonlyArray<number>): number => Math.max(...values);
  const statements = most(costs.map((cost) => cost.statements));
  const beside = login.besideCpu / login.verifyCpu;
  return [
    {
      what: 'SQL statements of a list page, at most',
      value: statements,
      unit: '',
      goal: '1',
      isMet: statements === 1,
    },
    { what: 'list page, median of the slowest', value: most(costs.map(({ median }) => median)), unit: 'ms' },
    { what: 'list page, p99 of the slowest', value: most(costs.map(({ p99 }) => p99)), unit: 'ms' },
    {
      what: 'thousandth page over first page, at most',
      value: most(pairs),
      unit: 'times',
    },
    {
      what: 'OFFSET over cursor at the thousandth page, at least',
      value: Math.min(...deep.map(({ times }) => times)),
      unit: 'times',
    },
    {
      what: 'OFFSET over cursor at the thousandth page, at most',
      value: most(deep.map(({ times }) => times)),
      unit: 'times',
    },
    { what: 'sign-in, SQL statements', value: login.statements, unit: '' },
    { what: 'sign-in, median', value: login.median, unit: 'ms' },
    { what: 'sign-in, p99', value: login.p99, unit: 'ms' },
    { what: 'bare argon2 verify, median', value: login.verifyMedian, unit: 'ms' },
    { what: 'sign-in, processor time', value: login.cpu, unit: 'ms' },
    { what: 'bare argon2 verify, processor time', value: login.verifyCpu, unit: 'ms' },
    { what: 'request for nothing, processor time', value: login.emptyRequestCpu, unit: 'ms' },
    { what: 'request for one row, processor time', value: login.oneRowCpu, unit: 'ms' },
    { what: 'sign-in over bare argon2, processor time', value: login.cpu / login.verifyCpu, unit: 'times' },
    { what: 'sign-in without its argon2, median', value: login.besideMedian, unit: 'ms' },
    { what: 'sign-in without its argon2, processor time', value: login.besideCpu, unit: 'ms' },
    {
      what: 'sign-in without its argon2 over bare argon2, processor time',
      value: beside,
      unit: 'times',
      goal: `under ${BESIDE_ARGON2} times`,
      isMet: beside < BESIDE_ARGON2,
    },
  ];
}
