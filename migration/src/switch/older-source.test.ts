import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { finishService } from '../finish/index.js';
import { openGate } from '../gate/index.js';
import { makePlan } from '../plan/index.js';
import { startService } from '../start/index.js';
import { readStatus } from '../status/index.js';
import { startLibrary, type Library } from '../testing/library.js';
import { findOlderPostgres } from '../testing/older-postgres.js';
import { verifyService } from '../verify/index.js';
import { cutoverService } from './cutover.js';
import { rollbackService } from './rollback.js';

/* A source before 16 can be left, one way: nothing can be streamed back to it. */

const older = findOlderPostgres(process.env);

if (older.length === 0) it.todo('a source before 16');

for (const { majorVersion, programs } of older) {
  describe(`a source that runs PostgreSQL ${majorVersion}`, () => {
    let library: Library;
    const loan = (weeks: number): string =>
      `INSERT INTO lending.loans (member_id, due, weeks) SELECT id, now(), ${weeks} FROM lending.members LIMIT 1`;

    beforeAll(async () => {
      library = await startLibrary({ members: 40, sourcePrograms: programs });
    }, 120_000);
    afterAll(() => library.stop());

    const options = () => ({ service: 'lending', mapping: library.mapping, endpoints: library.endpoints });
    const switching = () => ({ ...options(), gate: openGate(), budgetMilliseconds: 20_000 });

    it('is what it says', async () => {
      const { rows } = await library.source.query<{ version: number }>(
        `SELECT current_setting('server_version_num')::int / 10000 AS version`,
      );
      expect(rows).toEqual([{ version: majorVersion }]);
    });

    it('can be planned for', async () => {
      const plan = await makePlan(library.endpoints.source, library.mapping);
      expect(JSON.stringify(plan)).toContain('loans_book_id_fkey');
    });

    it('is copied and followed, and told what it cannot have', async () => {
      const { advice } = await startService(options());
      expect(advice.join('\n')).toContain(
        `From PostgreSQL ${majorVersion} there is no stream back: a cut-over needs --one-way.`,
      );
      await library.source.query(loan(7));
      expect(await verifyService(options())).toMatchObject({ agrees: true, referencesHold: true });
    });

    it('is compared exactly', async () => {
      await library.target.query(
        `BEGIN; SET LOCAL supergraph_migration.pass = 'on'; UPDATE lending.loans SET weeks = 70 WHERE weeks = 7; COMMIT`,
      );
      const report = await verifyService(options());
      expect(report.agrees).toBe(false);
      const differences = report.tables.flatMap((table) => table.differences);
      expect(differences).toMatchObject([
        { kind: 'different', columns: [{ name: 'weeks' }, { name: 'days' }] },
      ]);
      await library.target.query(
        `BEGIN; SET LOCAL supergraph_migration.pass = 'on'; UPDATE lending.loans SET weeks = 7 WHERE weeks = 70; COMMIT`,
      );
      expect(await verifyService(options())).toMatchObject({ agrees: true });
    });

    it('is not left unless one says that there is no way back', async () => {
      await expect(cutoverService(switching())).rejects.toMatchObject({
        code: 'UNFIT_SERVER',
        message: expect.stringMatching(/no way back.*--one-way/s),
      });
      // Nothing was changed: it still takes writes, and they still arrive.
      await library.source.query(loan(8));
      expect(await verifyService(options())).toMatchObject({ agrees: true });
    });

    it('is left one way, with every row, and takes no more writes', async () => {
      await library.source.query(loan(9));
      await cutoverService({ ...switching(), oneWay: true });
      const { rows } = await library.target.query<{ weeks: number }>(
        'SELECT weeks FROM lending.loans WHERE weeks > 6 ORDER BY weeks',
      );
      expect(rows.map(({ weeks }) => weeks)).toEqual([7, 8, 9]);
      await expect(library.source.query(loan(10))).rejects.toMatchObject({ code: '25006' });
      await library.target.query(loan(11));
      await expect(rollbackService(switching())).rejects.toMatchObject({
        code: 'WRONG_STATE',
        message: expect.stringContaining('moved one way'),
      });
      expect(await readStatus(options())).toMatchObject({ phase: 'moved' });
      await finishService({ ...options(), force: true });
      const { rowCount } = await library.target.query('SELECT 1 FROM lending.loans WHERE weeks = 11');
      expect(rowCount).toBe(1);
    });
  });
}
