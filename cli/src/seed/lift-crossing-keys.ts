import pg from 'pg';
import { SeedError } from './seed-error.js';
import { connectAsOwner } from './seed-transaction.js';

/** Foreign keys between services' tables, taken away for a while. */
export interface LiftedKeys {
  /** Makes them again and checks every row. */
  restore(): Promise<void>;
}

/**
 * Takes away the foreign keys between the tables of different services, which only a shared database has: the services
 * are filled side by side, so that at first the rows that they refer to are not there. Where there are none it does
 * nothing. A run that is killed in between leaves them away; the next start of the system makes them again.
 *
 * @param services those that are going to be filled
 * @param ownerUrls connection URL of the owner of each service's tables, by service
 * @throws {SeedError} when a database cannot be reached
 */
export async function liftCrossingKeys(
  services: ReadonlyArray<string>,
  ownerUrls: Readonly<Record<string, string>>,
): Promise<LiftedKeys> {
  const keys = new Map<string, Key>();
  for (const service of services) {
    const ownerUrl = ownerUrls[service];
    if (ownerUrl !== undefined) {
      const found = await withOwner(ownerUrl, service, (client) => findKeys(client));
      found.forEach((key) => keys.set(`${key.table} ${key.name}`, key));
    }
  }
  const lifted: Key[] = [];
  const restore = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const key of lifted.splice(0)) {
      await withOwner(ownerUrlOf(key, ownerUrls), key.service, (client) => restoreKey(client, key)).catch(
        (error: unknown) => failures.push(error),
      );
    }
    if (failures.length > 0) throw failures[0] as Error;
  };
  try {
    for (const key of keys.values()) {
      await withOwner(ownerUrlOf(key, ownerUrls), key.service, (client) =>
        client.query(`ALTER TABLE ${key.table} DROP CONSTRAINT ${pg.escapeIdentifier(key.name)}`),
      );
      lifted.push(key);
    }
  } catch (error) {
    await restore();
    throw error;
  }
  return { restore };
}

interface Key {
  /** The service whose table has it. */
  readonly service: string;
  /** Qualified and quoted. */
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

function ownerUrlOf({ service, name }: Key, ownerUrls: Readonly<Record<string, string>>): string {
  const ownerUrl = ownerUrls[service];
  if (ownerUrl === undefined) {
    throw new SeedError(
      `The foreign key ${name} of ${service} has to be away for a while, but the address of ${service}'s database as its owner is not known.`,
    );
  }
  return ownerUrl;
}

async function findKeys(client: pg.Client): Promise<ReadonlyArray<Key>> {
  const { rows } = await client.query<Key>(
    `SELECT n.nspname AS service, format('%I.%I', n.nspname, c.relname) AS "table", k.conname AS name,
            pg_get_constraintdef(k.oid) AS definition
       FROM pg_constraint k
       JOIN pg_class c ON c.oid = k.conrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_class referenced ON referenced.oid = k.confrelid
      WHERE k.contype = 'f' AND k.conparentid = 0 AND referenced.relnamespace <> c.relnamespace
      ORDER BY 2, 3`,
  );
  return rows;
}

async function restoreKey(client: pg.Client, { table, name, definition }: Key): Promise<void> {
  const constraint = pg.escapeIdentifier(name);
  try {
    await client.query(
      `ALTER TABLE ${table} ADD CONSTRAINT ${constraint} ${definition.replace(/ NOT VALID$/, '')} NOT VALID`,
    );
    // By itself, so that writers wait for the first statement only.
    await client.query(`ALTER TABLE ${table} VALIDATE CONSTRAINT ${constraint}`);
  } catch (error) {
    throw new SeedError(
      `The foreign key ${name} of ${table} could not be made again: ${(error as Error).message}.`,
      { cause: error },
    );
  }
}

async function withOwner<Result>(
  ownerUrl: string,
  service: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = await connectAsOwner(ownerUrl, service);
  try {
    // Names are then written in full, with their schema.
    await client.query(`SET lock_timeout = '10s'; SET statement_timeout = 0; SET search_path = pg_catalog`);
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
