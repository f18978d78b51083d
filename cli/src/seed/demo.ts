import pg from 'pg';
import { userIdOf } from './generate/members.js';
import { beginSeed } from './seed-transaction.js';
import { makeServiceSeeds, type SeedSize, type ServiceSeed } from './service-seeds.js';

/** How much demo data there is; the three demo logins are the first users. */
export const DEMO_SIZE: SeedSize = { users: 200, payments: 2_000 };

/**
 * Fills the empty databases with the demo data, which is the same each time. A service whose tables have rows, or
 * whose owner's address is not given, is left alone; and when auth holds other people than the demo data's, so are
 * the services that would refer to them. Each service is filled in one transaction: after a `kill -9` it is empty or
 * full, and the next call fills what is missing.
 *
 * @param ownerUrls connection URL of the owner of each service's tables, by service
 * @returns a few words on what was filled in, such as `200 users, 2,000 payments`; undefined when auth had users
 * @throws {SeedError} when a database cannot be reached
 */
export async function seedDemoData(ownerUrls: Readonly<Record<string, string>>): Promise<string | undefined> {
  const authUrl = ownerUrls['auth'];
  if (authUrl === undefined) {
    return undefined;
  }
  const [auth, ...others] = await makeServiceSeeds(DEMO_SIZE);
  const authFilled = auth !== undefined && (await fillWhenEmpty(authUrl, auth));
  if (!authFilled && !(await holdsDemoUsers(authUrl))) {
    return undefined;
  }
  await Promise.all(
    others.map(async (seed) => {
      const ownerUrl = ownerUrls[seed.service];
      return ownerUrl !== undefined && (await fillWhenEmpty(ownerUrl, seed));
    }),
  );
  return authFilled ? describe(ownerUrls) : undefined;
}

async function fillWhenEmpty(ownerUrl: string, seed: ServiceSeed): Promise<boolean> {
  const transaction = await beginSeed(ownerUrl, seed);
  try {
    if ((await transaction.findFilled()).length > 0) {
      return false;
    }
    await transaction.copy({});
    await transaction.commit();
    await transaction.analyze();
    return true;
  } finally {
    await transaction.close();
  }
}

/** Rows that refer to users nobody knows would be worse than none. */
async function holdsDemoUsers(authUrl: string): Promise<boolean> {
  const ids = Array.from({ length: DEMO_SIZE.users }, (_, index) => userIdOf(index));
  const client = new pg.Client({ connectionString: authUrl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ found: number }>(
      'SELECT count(*)::int AS found FROM auth.users WHERE id = ANY ($1::uuid[])',
      [ids],
    );
    return rows[0]?.found === ids.length;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function describe(ownerUrls: Readonly<Record<string, string>>): string {
  const userWords = `${DEMO_SIZE.users.toLocaleString('en')} users`;
  return ownerUrls['payments'] === undefined
    ? userWords
    : `${userWords}, ${DEMO_SIZE.payments.toLocaleString('en')} payments`;
}
