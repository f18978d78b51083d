import pg from 'pg';
import { quantile } from '../report/measurement.js';
import type { MeasuredList } from './lists.js';
import type { SentStatement } from './messages.js';
import type { MeasuredSystem } from './system.js';

/** What one page of a list costs, and what its peers cost. Times in milliseconds. */
export interface PageCost {
  readonly list: string;
  readonly page: 'first' | 'thousandth';
  /** Of a request; the most that any needed. */
  readonly statements: number;
  readonly median: number;
  readonly p99: number;
  /** The same SQL as a prepared statement of `pg`, without anything around it. */
  readonly preparedMedian: number;
  /** The page by `OFFSET`, as a prepared statement of `pg`; undefined where it is the same. */
  readonly offsetMedian: number | undefined;
}

const PAGE = 20;
const DEEP_ROWS = 999 * PAGE;
const WARM_UP = 100;
const REQUESTS = 200;
/** They take so long that fewer must do. */
const OFFSET_RUNS = 12;

/** Measures a list's first page, and its thousandth by cursor where it is as long. */
export async function measureList(
  system: MeasuredSystem,
  list: MeasuredList,
): Promise<ReadonlyArray<PageCost>> {
  const { database } = system.services[list.service];
  const sql = new pg.Client({
    connectionString: database.serviceUrl,
    options: `-c search_path=${list.service}`,
  });
  await sql.connect();
  try {
    const first = await measurePage(system, list, sql, undefined);
    const cursor = await walkTo(system, list);
    return cursor === undefined ? [first] : [first, await measurePage(system, list, sql, cursor)];
  } finally {
    await sql.end();
  }
}

async function measurePage(
  system: MeasuredSystem,
  list: MeasuredList,
  sql: pg.Client,
  after: string | undefined,
): Promise<PageCost> {
  const { child } = system.services[list.service];
  const ask = await asking(system, list);
  const page = `first: ${PAGE}${after === undefined ? '' : `, after: "${after}"`}`;
  await child.takeStatements();
  await ask(page);
  const statement = findStatement(await child.takeStatements(), list);
  let statements = 0;
  const times = await timesOf(REQUESTS, async () => {
    statements = Math.max(statements, (await ask(page)).statements);
  });
  const name = `${list.name} ${after ?? ''}`.slice(0, 60);
  const prepared = await timesOf(REQUESTS, () =>
    sql.query({ name, ...statement, values: [...statement.values] }),
  );
  const offset =
    after === undefined
      ? undefined
      : await timesOf(
          OFFSET_RUNS,
          () =>
            sql.query({
              name: `offset ${list.name}`.slice(0, 60),
              text: `SELECT * ${list.offset} LIMIT ${PAGE + 1} OFFSET ${DEEP_ROWS}`,
            }),
          2,
        );
  return {
    list: list.name,
    page: after === undefined ? 'first' : 'thousandth',
    statements,
    median: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    preparedMedian: quantile(prepared, 0.5),
    offsetMedian: offset && quantile(offset, 0.5),
  };
}

/** What a request for a page of the list answers. */
async function asking(system: MeasuredSystem, list: MeasuredList) {
  const { client, adminToken } = system.services[list.service];
  const token = list.viewer === undefined ? adminToken : await system.tokenFor(list.viewer);
  return async (page: string) => {
    const given = [page, list.arguments].filter((part) => part !== '').join(', ');
    const answered = await client.query(
      `{ list: ${list.field}(${given}) { edges { node { ${list.selection} } } pageInfo { hasNextPage endCursor } } }`,
      { token },
    );
    const { errors, sqlStatements } = answered;
    const answer = (answered.data as { list?: ListAnswer } | null)?.list;
    if (answer === undefined || errors !== undefined || sqlStatements === undefined) {
      throw new Error(`${list.name} did not answer: ${JSON.stringify(errors)}`);
    }
    return { ...answer, statements: sqlStatements };
  };
}

interface ListAnswer {
  readonly edges: ReadonlyArray<unknown>;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** Goes by cursors to where the thousandth page begins; undefined when the list ends before. */
async function walkTo(system: MeasuredSystem, list: MeasuredList): Promise<string | undefined> {
  const ask = await asking(system, list);
  let after: string | null = null;
  for (let passed = 0; passed < DEEP_ROWS;) {
    const size = Math.min(100, DEEP_ROWS - passed);
    const { edges, pageInfo } = await ask(`first: ${size}${after === null ? '' : `, after: "${after}"`}`);
    if (!pageInfo.hasNextPage) {
      return undefined;
    }
    passed += edges.length;
    after = pageInfo.endCursor;
  }
  return after ?? undefined;
}

/** Of what a service sent, the statement of the list; consumers of events send some too. */
function findStatement(sent: ReadonlyArray<SentStatement>, { name, table }: MeasuredList): SentStatement {
  const found = sent.filter(
    ({ text }) =>
      /\bLIMIT\b/i.test(text) && new RegExp(`\\b${table}\\b`).test(text) && !/\boutbox\b/.test(text),
  );
  if (found.length !== 1 || found[0] === undefined) {
    throw new Error(`${name}: one statement was looked for, and ${found.length} were found.`);
  }
  return found[0];
}

async function timesOf(
  runs: number,
  work: () => Promise<unknown>,
  warmUp: number = WARM_UP,
): Promise<ReadonlyArray<number>> {
  const times: number[] = [];
  for (let run = -warmUp; run < runs; run += 1) {
    const begin = performance.now();
    await work();
    if (run >= 0) {
      times.push(performance.now() - begin);
    }
  }
  return times;
}
