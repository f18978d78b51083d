import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { AcknowledgedWrites } from './traffic.js';

/** The two databases of each service, as their owners reach them. */
export interface Worlds {
  /** Rows of a service's tables on one of the two sides. */
  query<Row extends pg.QueryResultRow>(
    side: 'source' | 'target',
    service: string,
    text: string,
    values?: unknown[],
  ): Promise<ReadonlyArray<Row>>;
  close(): Promise<void>;
}

/** Opens what a running launcher has. */
export function openWorlds(dataFolder: string): Worlds {
  const running = JSON.parse(readFileSync(join(dataFolder, 'running.json'), 'utf8')) as {
    readonly ownerUrls: Readonly<Record<string, string>>;
    readonly nextOwnerUrls: Readonly<Record<string, string>>;
  };
  const pools = new Map<string, pg.Pool>();
  const poolOf = (side: 'source' | 'target', service: string): pg.Pool => {
    const connectionString = (side === 'source' ? running.ownerUrls : running.nextOwnerUrls)[service];
    if (connectionString === undefined) throw new Error(`There is no ${side} of ${service}.`);
    const known = pools.get(connectionString);
    if (known !== undefined) return known;
    const pool = new pg.Pool({ connectionString, max: 2 });
    // Servers end under it.
    pool.on('error', () => undefined);
    pools.set(connectionString, pool);
    return pool;
  };
  return {
    async query<Row extends pg.QueryResultRow>(
      side: 'source' | 'target',
      service: string,
      text: string,
      values: unknown[] = [],
    ) {
      return (await poolOf(side, service).query<Row>(text, values)).rows;
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    },
  };
}

/**
 * Holds everything that was acknowledged to the rows of one world.
 *
 * @returns what is missing, there twice, or not as it was acknowledged
 */
export async function findLostWrites(
  worlds: Worlds,
  side: 'source' | 'target',
  { people, payments, bios }: AcknowledgedWrites,
): Promise<ReadonlyArray<string>> {
  const users = await worlds.query<{ id: string; email: string; name: string }>(
    side,
    'auth',
    'SELECT id::text, email, name FROM auth.users WHERE id = ANY ($1::uuid[])',
    [[...people.keys()]],
  );
  const paid = await worlds.query<{ id: string; payer: string; amount: string; key: string; rows: number }>(
    side,
    'payments',
    `SELECT id::text, user_id::text AS payer, amount::numeric(20, 2)::text AS amount, idempotency_key AS key,
            (SELECT count(*)::int FROM payments.payments same
              WHERE same.user_id = p.user_id AND same.idempotency_key = p.idempotency_key) AS rows
       FROM payments.payments p WHERE id = ANY ($1::uuid[])`,
    [[...payments.keys()]],
  );
  const profiles = await worlds.query<{ id: string; bio: string | null }>(
    side,
    'profile',
    'SELECT user_id::text AS id, bio FROM profile.profiles WHERE user_id = ANY ($1::uuid[])',
    [[...bios.keys()]],
  );
  const lost = (what: string, id: string): string => `${what} ${id} is not as it was acknowledged`;
  const [userOf, paymentOf, profileOf] = [users, paid, profiles].map(
    (rows) => new Map(rows.map((row) => [row.id, row] as const)),
  );
  return [
    ...[...people].flatMap(([id, { email, name }]) => {
      const row = userOf?.get(id) as (typeof users)[number] | undefined;
      return row?.email === email && row.name === name ? [] : [lost('user', id)];
    }),
    ...[...payments].flatMap(([id, { payer, amount, key }]) => {
      const row = paymentOf?.get(id) as (typeof paid)[number] | undefined;
      const isWhole = row?.payer === payer && row.amount === amount && row.key === key && row.rows === 1;
      return isWhole ? [] : [lost('payment', id)];
    }),
    ...[...bios].flatMap(([id, bio]) => {
      const row = profileOf?.get(id) as (typeof profiles)[number] | undefined;
      return row?.bio === bio ? [] : [lost('profile', id)];
    }),
  ];
}
