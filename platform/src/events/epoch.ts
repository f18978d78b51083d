import type pg from 'pg';

/**
 * Begins a new epoch of a log, as the last step of restoring its database to an earlier time and before its service
 * starts: every consumer then compares and repairs. Needs the owner's rights.
 *
 * @returns the new epoch
 */
export async function renewEpoch(client: pg.Pool | pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ epoch: string }>(
    'UPDATE outbox_epoch SET epoch = gen_random_uuid(), began_at = now() RETURNING epoch::text AS epoch',
  );
  const [row] = rows;
  if (row === undefined) {
    throw new Error('The table `outbox_epoch` has no row; insert one: a new epoch begins.');
  }
  return row.epoch;
}
