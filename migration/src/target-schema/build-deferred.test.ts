import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { startLendingDesk, type LendingDesk } from '../testing/desk.js';
import { until } from '../testing/until.js';

/* The stream writes to several tables in one transaction, and a foreign key needs two of them. */

let desk: LendingDesk;
let stream: pg.Client;

beforeAll(async () => {
  desk = await startLendingDesk({ environment: process.env, members: 20 });
  stream = new pg.Client({ connectionString: desk.server('target').superuserUrl('lending_db') });
  await stream.connect();
}, 120_000);
afterAll(async () => {
  await stream?.end();
  await desk.stop();
});

async function nextStatement(): Promise<string> {
  const { rows } = await stream.query<{ statement: string }>(
    'SELECT statement FROM supergraph_migration.deferred_statement WHERE NOT done ORDER BY position LIMIT 1',
  );
  return rows[0]?.statement ?? 'none';
}

it('lets a transaction end that has one of two tables and needs the other, and builds the key then', async () => {
  do {
    expect(await desk.run('start', 'start.afterDeferredStatement')).toMatchObject({ signal: 'SIGKILL' });
  } while (!(await nextStatement()).includes('fines_loan_id_fkey'));
  // Whoever finds the deadlock is ended for it: this one does not look.
  await stream.query(`SET deadlock_timeout = '10min'`);
  await stream.query('BEGIN');
  await stream.query('LOCK TABLE lending.loans IN ROW EXCLUSIVE MODE');
  const running = desk.run('start');
  await until(async () => {
    const { rowCount } = await stream.query(
      `SELECT 1 FROM pg_locks WHERE relation = 'lending.loans'::regclass AND NOT granted`,
    );
    return rowCount === 1;
  });
  await stream.query('LOCK TABLE lending.fines IN ROW EXCLUSIVE MODE');
  await stream.query('COMMIT');
  expect(await running).toMatchObject({ status: 0 });
  expect(await nextStatement()).toBe('none');
  expect(await desk.run('verify')).toMatchObject({ status: 0 });
}, 300_000);
