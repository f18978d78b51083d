import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openGate } from '../gate/index.js';
import { startService } from '../start/index.js';
import { startLibrary, type Library } from '../testing/library.js';
import { until } from '../testing/until.js';
import { verifyService } from '../verify/index.js';
import { cutoverService } from './cutover.js';
import { rollbackService } from './rollback.js';

let library: Library;

beforeAll(async () => {
  library = await startLibrary({ members: 40 });
});
afterAll(() => library.stop());

const options = (service: 'lending' | 'catalogue') => ({
  service,
  mapping: library.mapping,
  endpoints: service === 'lending' ? library.endpoints : library.catalogueEndpoints,
  targetUrlOf: (other: string) =>
    (other === 'lending' ? library.endpoints : library.catalogueEndpoints).target,
});
const switching = (service: 'lending' | 'catalogue') => ({
  ...options(service),
  gate: openGate(),
  budgetMilliseconds: 20_000,
});

describe('two services that refer to each other, moved one after the other', () => {
  it('keep their references whole in databases of their own', async () => {
    for (const service of ['lending', 'catalogue'] as const) {
      await startService(options(service));
      expect(await verifyService(options(service))).toMatchObject({ agrees: true, referencesHold: true });
      await cutoverService(switching(service));
    }
    const { rows } = await library.target.query<{ book: string; donor: string }>(
      `SELECT book_id AS book, (SELECT id FROM lending.members WHERE card = 'AB7') AS donor FROM lending.loans LIMIT 1`,
    );
    const { book, donor } = rows[0]!;
    await library.catalogueTarget.query('DELETE FROM catalogue.books WHERE id = $1', [book]);
    await library.target.query('DELETE FROM lending.members WHERE id = $1', [donor]);
    await until(async () => {
      const loans = await library.target.query('SELECT 1 FROM lending.loans WHERE book_id = $1', [book]);
      const books = await library.catalogueTarget.query('SELECT 1 FROM catalogue.books WHERE donor = $1', [
        donor,
      ]);
      return loans.rowCount === 0 && books.rowCount === 0;
    });
    for (const service of ['lending', 'catalogue'] as const) {
      expect(await verifyService(options(service))).toMatchObject({ agrees: true, referencesHold: true });
    }
  });

  it('move back in the same order, and the keys hold again when both are there', async () => {
    expect(await rollbackService(switching('lending'))).toMatchObject({ orphans: [], notValidated: [] });
    expect(await keys()).toEqual(['fines_loan_id_fkey true', 'loans_member_id_fkey true']);
    const { rows } = await library.source.query<{ book: string }>(
      'SELECT book_id AS book FROM lending.loans WHERE book_id IS NOT NULL LIMIT 1',
    );
    await library.catalogueTarget.query('DELETE FROM catalogue.books WHERE id = $1', [rows[0]!.book]);
    await until(async () => {
      const loans = await library.source.query('SELECT 1 FROM lending.loans WHERE book_id = $1', [
        rows[0]!.book,
      ]);
      return loans.rowCount === 0;
    });
    expect(await verifyService(options('lending'))).toMatchObject({ agrees: true, referencesHold: true });
    expect(await rollbackService(switching('catalogue'))).toMatchObject({ orphans: [], notValidated: [] });
    expect(await keys()).toEqual([
      'books_donor_fkey true',
      'fines_loan_id_fkey true',
      'loans_book_id_fkey true',
      'loans_member_id_fkey true',
    ]);
  });
});

async function keys(): Promise<ReadonlyArray<string>> {
  const { rows } = await library.source.query<{ key: string }>(
    `SELECT conname || ' ' || convalidated AS key FROM pg_constraint WHERE contype = 'f' ORDER BY 1`,
  );
  return rows.map(({ key }) => key);
}
