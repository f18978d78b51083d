import { pgTransactions, type PgTransaction, type TransactionRunner } from '@supergraph/platform/events';
import pg from 'pg';
import type { DataFolder } from '../launcher/data-folder.js';
import { readOwnerUrls } from '../launcher/owner-urls.js';

/** A service's tables as their owner reaches them, for one command. */
export interface ServiceTables {
  readonly service: string;
  readonly pool: pg.Pool;
  readonly runInTransaction: TransactionRunner<PgTransaction>;
}

/**
 * Opens services' tables for the time of `work`.
 *
 * @param names of the services; all of them when none is named
 * @throws when there is no such service, or its database is not known or does not answer
 */
export async function withServiceTables<Result>(
  folder: DataFolder,
  names: ReadonlyArray<string>,
  work: (tables: ReadonlyArray<ServiceTables>) => Promise<Result>,
): Promise<Result> {
  const urls = await readOwnerUrls(folder);
  const unknown = names.filter((name) => !(name in urls));
  if (unknown.length > 0) {
    throw new Error(`There is no service ${unknown.join(', ')}. There are: ${Object.keys(urls).join(', ')}.`);
  }
  const tables = Object.entries(urls)
    .filter(([service]) => names.length === 0 || names.includes(service))
    .map(([service, connectionString]): ServiceTables => {
      const pool = new pg.Pool({ connectionString, max: 2, connectionTimeoutMillis: 3_000 });
      // An idle connection that breaks would end the command without a word.
      pool.on('error', () => undefined);
      return { service, pool, runInTransaction: pgTransactions(pool) };
    });
  try {
    return await work(tables);
  } finally {
    await Promise.all(tables.map(({ pool }) => pool.end()));
  }
}
