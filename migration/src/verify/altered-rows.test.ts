import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { openGate } from '../gate/index.js';
import { startService } from '../start/index.js';
import type { Side } from '../state/index.js';
import { cutoverService, rollbackService } from '../switch/index.js';
import { startLibrary, type Library } from '../testing/library.js';
import { until } from '../testing/until.js';
import type { RowDifference } from './compare-rows.js';
import { verifyService } from './verify.js';

/* Rows altered behind the tool's back on the side that only follows: the target before a cut-over, the source after it. */

let library: Library;
/**
 * Sessions that no lock of the migration stops, and whose changes no stream passes on: for the tool it is as if the disk had
 * altered the rows.
 */
let vandals: Record<Side, pg.Client>;

const options = () => ({ service: 'lending', mapping: library.mapping, endpoints: library.endpoints });
const switching = () => ({ ...options(), gate: openGate(), budgetMilliseconds: 20_000 });

beforeAll(async () => {
  library = await startLibrary({ members: 200 });
  const open = async (url: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`SET session_replication_role = 'replica'`);
    await client.query(`SELECT pg_replication_origin_create('vandal')`);
    await client.query(`SELECT pg_replication_origin_session_setup('vandal')`);
    return client;
  };
  vandals = {
    source: await open(library.sourceServer.superuserUrl('library')),
    target: await open(library.targetServer.superuserUrl('lending_db')),
  };
  await startService(options());
});
afterAll(async () => {
  await Promise.all(Object.values(vandals).map((client) => client.end()));
  await library.stop();
});

async function differences(): Promise<
  ReadonlyArray<Pick<RowDifference, 'kind' | 'key'> & { table: string; columns: ReadonlyArray<string> }>
> {
  const { tables, agrees } = await verifyService(options());
  const found = tables.flatMap((table) =>
    table.differences.map(({ kind, key, columns }) => ({
      table: table.table,
      kind,
      key,
      columns: columns.map(({ name }) => name),
    })),
  );
  expect(agrees).toBe(found.length === 0);
  return found.sort((one, other) => Number(one.key[0]) - Number(other.key[0]));
}

const MISSING = { source: 'on the target only', target: 'missing on the target' };
const EXTRA = { source: MISSING.target, target: MISSING.source };

/** Alters, removes and adds a row on one side, sees that each is named, and puts everything back. */
async function expectAllNamed(side: Side): Promise<void> {
  const vandal = vandals[side];
  const [removed, added] = [MISSING, EXTRA].map((kinds) => kinds[side]);
  await vandal.query('CREATE TEMPORARY TABLE kept AS SELECT * FROM lending.fines WHERE loan_id = 20');
  await vandal.query('UPDATE lending.loans SET weeks = weeks + 1, returned = NOT returned WHERE id = 10');
  await vandal.query('DELETE FROM lending.fines WHERE loan_id = 20');
  await vandal.query('INSERT INTO lending.fines (loan_id, line, amount) VALUES (21, 9, 1)');
  expect(await differences()).toEqual([
    // A generated column differs with what it is made from.
    {
      table: 'lending.loans',
      kind: 'different',
      key: ['10'],
      columns: ['weeks', 'days', 'returned'],
    },
    { table: 'lending.fines', kind: removed, key: ['20', '1'], columns: [] },
    { table: 'lending.fines', kind: added, key: ['21', '9'], columns: [] },
  ]);
  await vandal.query('UPDATE lending.loans SET weeks = weeks - 1, returned = NOT returned WHERE id = 10');
  await vandal.query('INSERT INTO lending.fines SELECT * FROM kept');
  await vandal.query('DELETE FROM lending.fines WHERE (loan_id, line) = (21, 9)');
  await vandal.query('DROP TABLE kept');
  expect(await differences()).toEqual([]);
}

describe('rows altered behind the tool', () => {
  it('on the target while it follows are named, and keep the service from moving', async () => {
    await expectAllNamed('target');
    await vandals.target.query('UPDATE lending.loans SET weeks = weeks + 1 WHERE id = 10');
    expect(await differences()).toHaveLength(1);
    await expect(cutoverService(switching())).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    await vandals.target.query('UPDATE lending.loans SET weeks = weeks - 1 WHERE id = 10');
    expect(await differences()).toEqual([]);
  });

  it('on the old side after the cut-over are named too, locked as it is', async () => {
    await cutoverService(switching());
    await expectAllNamed('source');
  });

  it('past the lock of the old side by an ordinary session are passed on, so that both sides agree', async () => {
    const repairer = new pg.Client({ connectionString: library.sourceServer.superuserUrl('library') });
    await repairer.connect();
    await repairer.query(`SET session_replication_role = 'replica'`);
    await repairer.query('UPDATE lending.loans SET weeks = 44 WHERE id = 30');
    await repairer.end();
    await until(async () => {
      const { rows } = await library.target.query('SELECT 1 FROM lending.loans WHERE id = 30 AND weeks = 44');
      return rows.length === 1;
    });
    expect(await differences()).toEqual([]);
  });

  it('on the old side before a rollback are found after it, before anybody moves again', async () => {
    await vandals.source.query('UPDATE lending.loans SET weeks = weeks + 1 WHERE id = 10');
    await rollbackService(switching());
    expect(await differences()).toMatchObject([{ kind: 'different', key: ['10'] }]);
    await expect(cutoverService(switching())).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
  });
});
