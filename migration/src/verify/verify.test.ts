import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startService } from '../start/index.js';
import { startLibrary, type Library } from '../testing/library.js';
import { verificationPage } from './page.js';
import { verifyService } from './verify.js';

let library: Library;
/** Replication's own role of session: what corrupts a row behind the tool's back. */
let vandal: pg.Client;

beforeAll(async () => {
  library = await startLibrary({ members: 500 });
  await startService({ service: 'lending', ...library });
  vandal = new pg.Client({ connectionString: library.targetServer.superuserUrl('lending_db') });
  await vandal.connect();
  await vandal.query(`SET session_replication_role = 'replica'`);
});
afterAll(async () => {
  await vandal.end();
  await library.stop();
});

function verify(): ReturnType<typeof verifyService> {
  return verifyService({ service: 'lending', mapping: library.mapping, endpoints: library.endpoints });
}

describe('verifyService', () => {
  it('finds no difference where there is none, while rows are written', async () => {
    const writing = { on: true, statements: 0 };
    const writers = [1, 2, 3].map(async (writer) => {
      while (writing.on) {
        const member = 1 + Math.floor(Math.random() * 500);
        await library.source.query(
          writer === 1
            ? `UPDATE lending.loans SET weeks = weeks + 1 WHERE member_id = (SELECT id FROM lending.members WHERE card = $1)`
            : `INSERT INTO lending.loans (member_id, due) SELECT id, now() FROM lending.members WHERE card = $1`,
          [`AB${member}`],
        );
        writing.statements += 1;
      }
    });
    try {
      for (let round = 0; round < 5; round += 1) {
        const before = writing.statements;
        const report = await verify();
        expect(report.tables.flatMap(({ differences }) => differences)).toEqual([]);
        expect(report.agrees).toBe(true);
        expect(writing.statements).toBeGreaterThan(before);
      }
    } finally {
      writing.on = false;
      await Promise.all(writers);
    }
  });

  it.each([
    [
      'a number of equal value',
      'fines',
      `SET amount = trim_scale(amount) WHERE (loan_id, line) = (10, 1)`,
      'amount',
      '10,1',
    ],
    ['the sign of zero', 'fines', `SET weight = '-0' WHERE (loan_id, line) = (20, 1)`, 'weight', '20,1'],
    [
      'an interval of equal length',
      'fines',
      `SET span = '30 hours' WHERE (loan_id, line) = (30, 1)`,
      'span',
      '30,1',
    ],
    ['an enum', 'members', `SET standing = 'barred' WHERE card = 'AB3'`, 'standing', undefined],
    ['a document', 'members', `SET notes = '{"n": 4.0}' WHERE card = 'AB4'`, 'notes', undefined],
  ])('finds %s', async (_, table, change, column, key) => {
    if (column === 'weight') {
      await library.source.query(`UPDATE lending.fines SET weight = 0 WHERE (loan_id, line) = (20, 1)`);
    }
    if (column === 'span') {
      await library.source.query(
        `UPDATE lending.fines SET span = '1 day 6 hours' WHERE (loan_id, line) = (30, 1)`,
      );
    }
    expect((await verify()).agrees).toBe(true);
    const [, set = '', where = ''] = /^SET (.*) WHERE (.*)$/.exec(change) ?? [];
    const saved = await vandal.query<Record<string, string>>(
      `SELECT ${column}::text AS value FROM lending.${table} WHERE ${where}`,
    );
    await vandal.query(`UPDATE lending.${table} SET ${set} WHERE ${where}`);
    const report = await verify();
    await vandal.query(
      `UPDATE lending.${table} SET ${column} = (SELECT $1::text::${await typeOf(table, column)}) WHERE ${where}`,
      [saved.rows[0]!['value']],
    );
    expect(report.agrees).toBe(false);
    const differences = report.tables.find(
      (candidate) => candidate.table === `lending.${table}`,
    )!.differences;
    expect(differences).toMatchObject([{ kind: 'different', columns: [{ name: column }] }]);
    if (key !== undefined) expect(differences[0]!.key.join(',')).toBe(key);
    expect(verificationPage(report)).toContain(`<td>${column}</td>`);
    expect((await verify()).agrees).toBe(true);
  });

  it('finds a row that one side lacks, and counts references that lead nowhere', async () => {
    await vandal.query(`DELETE FROM lending.members WHERE card = 'AB7'`);
    const report = await verify();
    expect(report.tables[0]!.differences).toMatchObject([{ kind: 'missing on the target', columns: [] }]);
    expect(report.references).toMatchObject([
      { constraint: 'loans_book_id_fkey', world: 'shared', orphans: 0 },
      { constraint: 'loans_book_id_fkey', world: 'separate', orphans: 0 },
      { constraint: 'books_donor_fkey', world: 'shared', orphans: 0 },
      { constraint: 'books_donor_fkey', world: 'separate', orphans: 1 },
    ]);
  });
});

async function typeOf(table: string, column: string): Promise<string> {
  const { rows } = await vandal.query<{ type: string }>(
    `SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2`,
    [`lending.${table}`, column],
  );
  return rows[0]!.type;
}
