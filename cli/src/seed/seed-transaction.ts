import pg from 'pg';
import { copyRows } from './copy.js';
import { emptyForeignTables, emptyOwnTables } from './empty-tables.js';
import { SeedError } from './seed-error.js';
import type { ServiceSeed } from './service-seeds.js';

/** How far a table is. */
export interface SeedProgress {
  readonly service: string;
  readonly table: string;
  readonly rows: number;
  readonly expectedRows: number;
  /** Its last row was copied, and `rows` is how many there are. */
  readonly done: boolean;
}

/** One service's rows on their way: all of them or none. */
export interface SeedTransaction {
  readonly service: string;
  /** Tables that have rows already, as `service.table`. */
  findFilled(): Promise<ReadonlyArray<string>>;
  /**
   * Removes all rows of the tables, and of those that refer to them.
   *
   * @param options.isOwn the database is the embedded default's: what is only ever added to is removed with the rest,
   *   and who was erased may be generated again
   * @throws {SeedError} when rows that are only ever added to are in the way, and the database is somebody else's
   */
  empty(options: { readonly isOwn: boolean }): Promise<void>;
  /** Copies every row. @returns how many */
  copy(options: {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((progress: SeedProgress) => void) | undefined;
  }): Promise<number>;
  /** Makes the rows real. */
  readonly commit: () => Promise<void>;
  /** Tells PostgreSQL's planner about the rows that were committed. */
  analyze(): Promise<void>;
  /** Lets go of the connection; rows that were not committed are gone. Never throws. */
  close(): Promise<void>;
}

const CONNECT_MILLISECONDS = 10_000;
const ROLLBACK_MILLISECONDS = 5_000;

/**
 * Begins to fill one service's tables, as their owner.
 *
 * @throws {SeedError} when the database cannot be reached, or somebody else fills the same tables just now
 */
export async function beginSeed(ownerUrl: string, seed: ServiceSeed): Promise<SeedTransaction> {
  const { service, tables } = seed;
  const client = await connectAsOwner(ownerUrl, service);
  let ended = false;
  const close = async (): Promise<void> => {
    if (!ended) {
      // Not needed for undoing, but then the locks are gone when this ends. A server that is silent is not waited for.
      const silence = new Promise((resolve) => setTimeout(resolve, ROLLBACK_MILLISECONDS).unref());
      await Promise.race([client.query('ROLLBACK').catch(() => undefined), silence]);
    }
    await client.end().catch(() => undefined);
  };
  try {
    await client.query('BEGIN');
    // A copy takes as long as it takes; waiting for somebody else's lock must not.
    await client.query(
      `SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;
       SET LOCAL lock_timeout = '10s'`,
    );
    const { rows } = await client.query<{ mine: boolean }>(
      'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS mine',
      [`supergraph seed of ${service}`],
    );
    if (rows[0]?.mine !== true) {
      throw new SeedError(`Another seed fills ${service}'s tables just now: wait until it has ended.`);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    service,
    async findFilled() {
      const filled: string[] = [];
      for (const { name } of tables) {
        const { rows } = await client.query<{ filled: boolean }>(
          `SELECT EXISTS (SELECT FROM ${qualified(service, name)}) AS filled`,
        );
        if (rows[0]?.filled === true) {
          filled.push(`${service}.${name}`);
        }
      }
      return filled;
    },
    async empty({ isOwn }) {
      const names = tables.map(({ name }) => qualified(service, name));
      await (isOwn ? emptyOwnTables : emptyForeignTables)(client, { service, tables: names });
    },
    async copy({ signal, onProgress }) {
      let total = 0;
      for (const table of tables) {
        const { name, columns, expectedRows } = table;
        const tell = (count: number, done: boolean): void =>
          onProgress?.({ service, table: name, rows: count, expectedRows, done });
        tell(0, false);
        const copied = await copyRows({
          client,
          schema: service,
          table: name,
          columns,
          rows: table.rows(),
          signal,
          onRows: (count) => tell(count, false),
        });
        tell(copied, true);
        total += copied;
      }
      return total;
    },
    async commit() {
      await client.query('COMMIT');
      ended = true;
    },
    async analyze() {
      await client.query(`ANALYZE ${tables.map(({ name }) => qualified(service, name)).join(', ')}`);
    },
    close,
  };
}

/** @throws {SeedError} when the database cannot be reached */
export async function connectAsOwner(ownerUrl: string, service: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: ownerUrl,
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    application_name: 'supergraph seed',
  });
  // Without a listener a connection that breaks between two statements would end the process; the next one fails.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw new SeedError(
      `The database of ${service} cannot be reached as its owner: ${(error as Error).message}. Start the system, or correct the owner's address.`,
      { cause: error },
    );
  }
}

function qualified(schema: string, table: string): string {
  return `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`;
}
