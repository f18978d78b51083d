import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openGate } from '../gate/index.js';
import { finishService } from '../finish/index.js';
import { startService } from '../start/index.js';
import { startLibrary, type Library } from '../testing/library.js';
import { verifyService } from '../verify/index.js';
import { cutoverService } from './cutover.js';
import { rollbackService } from './rollback.js';

let library: Library;

beforeAll(async () => {
  // As on a server that somebody else set up: nothing could be streamed back from it.
  library = await startLibrary({ members: 20, targetSettings: { wal_level: 'replica' } });
});
afterAll(() => library.stop());

it('moves one way where there can be no way back, and says so to whoever wants one', async () => {
  const options = { service: 'lending', mapping: library.mapping, endpoints: library.endpoints };
  const switching = { ...options, gate: openGate(), budgetMilliseconds: 20_000 };
  await startService(options);
  expect(await verifyService(options)).toMatchObject({ agrees: true });
  await expect(cutoverService(switching)).rejects.toMatchObject({
    code: 'UNFIT_SERVER',
    message: expect.stringMatching(/no way back.*wal_level is not logical.*--one-way/s),
  });
  // Refused before anything was changed: the old side still takes writes.
  await library.source.query(`UPDATE lending.members SET name = 'still here' WHERE card = 'AB1'`);
  await cutoverService({ ...switching, oneWay: true });
  await library.target.query(`UPDATE lending.members SET name = 'over there' WHERE card = 'AB1'`);
  await expect(
    library.source.query(`UPDATE lending.members SET name = 'too late' WHERE card = 'AB1'`),
  ).rejects.toMatchObject({ code: '25006' });
  const { rowCount } = await library.source.query('SELECT 1 FROM pg_stat_subscription');
  expect(rowCount).toBe(0);
  await expect(rollbackService(switching)).rejects.toMatchObject({
    code: 'WRONG_STATE',
    message: expect.stringContaining('moved one way'),
  });
  await finishService({ ...options, force: true });
  const { rows } = await library.target.query('SELECT name FROM lending.members WHERE card = $1', ['AB1']);
  expect(rows).toEqual([{ name: 'over there' }]);
});
