import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { startService } from '../start/index.js';
import { startClients, type Clients } from '../testing/clients.js';
import { startLibrary, type Library } from '../testing/library.js';
import { until } from '../testing/until.js';
import { verifyService } from './verify.js';

/** At full size a million loans, and as many rows again of books, members and fines. */
const MEMBERS = process.env['SUPERGRAPH_TEST_FULL'] === undefined ? 1_000 : 100_000;
const LOANS_OF_A_MEMBER = 10;

let library: Library;
let clients: Clients;
/** Alters rows of the target as nobody should: what it does is not replicated, and no trigger stops it. */
let vandal: pg.Client;

beforeAll(async () => {
  library = await startLibrary({ members: MEMBERS });
  vandal = new pg.Client({ connectionString: library.targetServer.superuserUrl('lending_db') });
  await vandal.connect();
  await vandal.query('SET session_replication_role = replica');
  await startService(options());
  clients = startClients(library.source, 4);
}, 600_000);
afterAll(async () => {
  await clients?.stop();
  await vandal?.end();
  await library.stop();
});

const options = () => ({ service: 'lending', mapping: library.mapping, endpoints: library.endpoints });

it('finds one altered byte among all rows while they are written, and no other', async () => {
  await until(() => Promise.resolve(clients.loans.size > 10));
  const { rows: altered } = await vandal.query<{ id: string; bytes: number }>(
    `UPDATE lending.members SET name = overlay(name PLACING 'n' FROM 1 FOR 1) WHERE card = $1
     RETURNING id, octet_length(name) AS bytes`,
    [`AB${Math.floor(MEMBERS / 2)}`],
  );
  const before = clients.requests();
  const begin = performance.now();
  const { tables, agrees } = await verifyService(options());
  const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
  const rows = tables.reduce((sum, table) => sum + table.rows.source, 0);
  process.stdout.write(
    `One altered byte was found among ${rows.toLocaleString('en')} rows in ${seconds} s, while clients wrote ${clients.requests() - before} times.\n`,
  );
  expect(agrees).toBe(false);
  expect(tables.flatMap(({ table, differences }) => differences.map((one) => ({ table, ...one })))).toEqual([
    { table: 'lending.members', kind: 'different', key: [altered[0]?.id], columns: [{ name: 'name' }] },
  ]);
  expect(rows).toBeGreaterThan(MEMBERS * LOANS_OF_A_MEMBER);
  expect(clients.requests()).toBeGreaterThan(before);
  expect(clients.failures).toEqual([]);
}, 600_000);
