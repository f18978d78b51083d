import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createGatedDatabase, type GatedDatabase } from '@supergraph/platform/database';
import pg from 'pg';
import { testTelemetry } from '@supergraph/platform/testing';
import type { Gate } from '../gate/index.js';
import { finishService } from '../finish/index.js';
import { startService } from '../start/index.js';
import { fenceLockKeys } from '../state/index.js';
import { readStatus } from '../status/index.js';
import { startClients, type Clients } from '../testing/clients.js';
import { startLibrary, type Library } from '../testing/library.js';
import { until } from '../testing/until.js';
import { verifyService } from '../verify/index.js';
import { cutoverService } from './cutover.js';
import { rollbackService } from './rollback.js';

let library: Library;
let database: GatedDatabase;
let gate: Gate;
/** A loaded machine is no reason to fail; how long the stall is belongs to the benchmark. */
const BUDGET_MILLISECONDS = 20_000;

beforeAll(async () => {
  library = await startLibrary({ members: 300 });
  database = createGatedDatabase({
    service: 'lending',
    urls: library.endpoints,
    schema: 'lending',
    ...testTelemetry('lending'),
  });
  gate = {
    prepare: async () => undefined,
    async hold(wish) {
      if (!(await database.gate.hold(wish))) throw new Error('It could not be held.');
    },
    release: async (side) => database.gate.release(side),
    close: async () => undefined,
  };
});
afterAll(async () => {
  await database.close();
  await library.stop();
});

const options = () => ({ service: 'lending', mapping: library.mapping, endpoints: library.endpoints });
const switching = () => ({ ...options(), gate, budgetMilliseconds: BUDGET_MILLISECONDS });

async function expectAllAcknowledged(clients: Clients, pool: Library['source']): Promise<void> {
  const { rows } = await pool.query<{ id: string; weeks: number }>('SELECT id, weeks FROM lending.loans');
  const stored = new Map(rows.map(({ id, weeks }) => [id, weeks]));
  const lost = [...clients.loans].filter(([id, weeks]) => stored.get(id) !== weeks);
  expect(lost).toEqual([]);
  expect(clients.loans.size).toBeGreaterThan(10);
}

async function keys(): Promise<ReadonlyArray<string>> {
  const { rows } = await library.source.query<{ key: string }>(
    `SELECT conname || ' ' || convalidated AS key FROM pg_constraint WHERE contype = 'f' ORDER BY 1`,
  );
  return rows.map(({ key }) => key);
}

describe('the journey there and back, while clients write', () => {
  it('refuses before it is verified', async () => {
    await startService(options());
    await expect(cutoverService(switching())).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
  });

  it('moves without a failed request and without losing anything', async () => {
    const clients = startClients(database.pool, 4);
    expect(await verifyService(options())).toMatchObject({ agrees: true, referencesHold: true });
    const before = clients.requests();
    await until(() => clients.requests() > before + 50);
    await cutoverService(switching());
    const after = clients.requests();
    await until(() => clients.requests() > after + 50);
    await clients.stop();
    expect(clients.failures).toEqual([]);
    await expectAllAcknowledged(clients, library.target);
    expect(database.gate.state).toBe('target');
    await expect(library.source.query('DELETE FROM lending.fines')).rejects.toThrow(
      'served by another database',
    );
    expect(await verifyService(options())).toMatchObject({ agrees: true });
  });

  it('acts in the place of the keys that were taken away', async () => {
    expect(await keys()).toEqual(['fines_loan_id_fkey true', 'loans_member_id_fkey true']);
    const { rows } = await library.target.query<{ book: string }>(
      'SELECT book_id AS book FROM lending.loans WHERE book_id IS NOT NULL LIMIT 1',
    );
    await library.source.query('DELETE FROM catalogue.books WHERE id = $1', [rows[0]!.book]);
    await until(async () => {
      const left = await library.target.query('SELECT 1 FROM lending.loans WHERE book_id = $1', [
        rows[0]!.book,
      ]);
      return left.rowCount === 0;
    });
    await library.target.query(`DELETE FROM lending.members WHERE card = 'AB200'`);
    await until(async () => {
      const donors = await library.source.query('SELECT 1 FROM catalogue.books WHERE donor IS NULL');
      return donors.rowCount === 1;
    });
  });

  it('goes back by itself when the outage would last too long, and nobody notices', async () => {
    const reader = await library.target.connect();
    await reader.query('BEGIN');
    await reader.query(`UPDATE lending.members SET name = name WHERE card = 'AB9'`);
    await expect(rollbackService({ ...switching(), budgetMilliseconds: 300 })).rejects.toMatchObject({
      code: 'OUTAGE_BUDGET_EXCEEDED',
    });
    await reader.query('COMMIT');
    reader.release();
    await database.pool.query(`UPDATE lending.members SET notes = '{}' WHERE card = 'AB9'`);
    expect(database.gate.state).toBe('target');
  });

  it('moves back with what was written on the new side, and the keys hold again', async () => {
    const clients = startClients(database.pool, 4);
    await until(() => clients.requests() > 50);
    const { notValidated, orphans } = await rollbackService(switching());
    const after = clients.requests();
    await until(() => clients.requests() > after + 50);
    await clients.stop();
    expect(clients.failures).toEqual([]);
    expect({ notValidated, orphans }).toEqual({ notValidated: [], orphans: [] });
    await expectAllAcknowledged(clients, library.source);
    expect(await keys()).toEqual([
      'books_donor_fkey true',
      'fines_loan_id_fkey true',
      'loans_book_id_fkey true',
      'loans_member_id_fkey true',
    ]);
    await expect(cutoverService(switching())).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    expect(await verifyService(options())).toMatchObject({ agrees: true, referencesHold: true });
  });

  it('refuses to move when a row was altered behind its back after the verification', async () => {
    const { rows } = await library.source.query<{ id: string }>('SELECT min(id) AS id FROM lending.loans');
    const { id } = rows[0]!;
    await library.source.query('UPDATE lending.loans SET weeks = 7 WHERE id = $1', [id]);
    const superuser = library.targetServer.superuserUrl('lending_db');
    const vandal = new pg.Client({ connectionString: superuser });
    await vandal.connect();
    await until(
      async () =>
        (await vandal.query('SELECT 1 FROM lending.loans WHERE id = $1 AND weeks = 7', [id])).rowCount === 1,
    );
    await vandal.query(`SET session_replication_role = 'replica'`);
    await vandal.query('UPDATE lending.loans SET weeks = 8 WHERE id = $1', [id]);
    await expect(cutoverService(switching())).rejects.toMatchObject({ code: 'DIFFERENT' });
    expect(await keys()).toHaveLength(4);
    await vandal.query('UPDATE lending.loans SET weeks = 7 WHERE id = $1', [id]);
    await vandal.end();
    await cutoverService(switching());
    await rollbackService(switching());
    await database.pool.query('UPDATE lending.loans SET weeks = 9 WHERE id = $1', [id]);
  });

  it('does not move while the new side has not got everything', async () => {
    expect(await verifyService(options())).toMatchObject({ agrees: true });
    const holder = await library.target.connect();
    const lock = fenceLockKeys('lending');
    const slow: Gate = {
      ...gate,
      async hold(wish) {
        await gate.hold(wish);
        // What comes last is applied no sooner than this is released.
        await holder.query(`SELECT pg_advisory_lock(${lock})`);
      },
    };
    await expect(
      cutoverService({ ...switching(), gate: slow, budgetMilliseconds: 1_000 }),
    ).rejects.toMatchObject({ code: 'OUTAGE_BUDGET_EXCEEDED' });
    await holder.query(`SELECT pg_advisory_unlock(${lock})`);
    holder.release();
    expect(database.gate.state).toBe('source');
    await database.pool.query(`UPDATE lending.members SET notes = '{}' WHERE card = 'AB10'`);
    expect(await keys()).toHaveLength(4);
    await cutoverService(switching());
    await rollbackService(switching());
  });
});

describe('the end of the journey', () => {
  it('says what is not as it should be while it lasts, and puts the old tables away', async () => {
    expect(await verifyService(options())).toMatchObject({ agrees: true });
    await cutoverService(switching());
    const status = { ...options(), watchMilliseconds: 200 };
    expect(await readStatus(status)).toMatchObject({
      phase: 'moved',
      writesTo: 'target',
      drift: [],
      visitors: [],
    });
    const visitor = await library.source.connect();
    await visitor.query('BEGIN');
    await visitor.query('SELECT 1 FROM lending.loans LIMIT 1');
    await expect(finishService({ ...options(), watchMilliseconds: 200 })).rejects.toThrow(
      'still uses the old tables',
    );
    await visitor.query('COMMIT');
    visitor.release();
    await library.source.query('ALTER TABLE lending.loans ADD COLUMN surprise int');
    expect((await readStatus(status)).drift.join()).toContain(
      'lending.loans.surprise is missing on the target',
    );
    await finishService({ ...options(), watchMilliseconds: 200 });
    expect(await readStatus(status)).toMatchObject({ phase: 'finished', drift: [] });
    await library.target.query('DELETE FROM lending.fines');
    expect((await library.source.query('SELECT 1 FROM archive_lending.loans LIMIT 1')).rowCount).toBe(1);
    for (const pool of [library.source, library.target]) {
      expect((await pool.query('SELECT 1 FROM pg_replication_slots')).rowCount).toBe(0);
      expect((await pool.query('SELECT 1 FROM pg_publication')).rowCount).toBe(0);
    }
    expect(await finishService(options())).toMatchObject({ archive: 'archive_lending' });
    await expect(rollbackService(switching())).rejects.toMatchObject({ code: 'WRONG_STATE' });
  });
});
