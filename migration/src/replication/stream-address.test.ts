import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startService } from '../start/index.js';
import { startLibrary, type Library } from '../testing/library.js';
import { verifyService } from '../verify/index.js';

/* Servers get other addresses in the weeks that a migration takes. */

let library: Library;

beforeAll(async () => {
  library = await startLibrary({ members: 20 });
  await startService(options());
}, 120_000);
afterAll(() => library.stop());

const options = () => ({ service: 'lending', mapping: library.mapping, endpoints: library.endpoints });

/** As if the source had lain there when the subscription was made. */
async function mislead(comment: string | undefined): Promise<void> {
  const { rows } = await library.target.query<{ name: string }>(
    'SELECT quote_ident(subname) AS name FROM pg_subscription',
  );
  for (const { name } of rows) {
    await library.target.query(
      `ALTER SUBSCRIPTION ${name} CONNECTION 'host=127.0.0.1 port=1 dbname=library user=librarian password=unused'`,
    );
    if (comment !== undefined) {
      await library.target.query(`COMMENT ON SUBSCRIPTION ${name} IS '${comment}'`);
    }
  }
}

describe('a stream whose publisher has another address than before', () => {
  it('is given the new one by the next command, and has lost nothing', async () => {
    await mislead('from librarian@127.0.0.1:1/library');
    await library.source.query(`UPDATE lending.members SET name = 'moved house' WHERE card = 'AB1'`);
    expect(await verifyService(options())).toMatchObject({ agrees: true });
    const { rows } = await library.target.query(`SELECT name FROM lending.members WHERE card = 'AB1'`);
    expect(rows).toEqual([{ name: 'moved house' }]);
  }, 60_000);

  it('does not tell a password to whoever reads comments', async () => {
    const { rows } = await library.target.query<{ note: string }>(
      `SELECT obj_description(oid, 'pg_subscription') AS note FROM pg_subscription`,
    );
    expect(rows[0]?.note).toMatch(/^from librarian@127\.0\.0\.1:\d+\/library$/);
  });

  it('that cannot be reached there is told, and nobody waits for an hour', async () => {
    await mislead(undefined);
    await expect(verifyService(options())).rejects.toMatchObject({
      code: 'STREAM_BROKEN',
      message: expect.stringMatching(/stands still: its worker does not run.*cannot reach/s),
    });
  }, 120_000);
});
