import type pg from 'pg';

/**
 * One open transaction of the service's database, as Prisma's `$transaction` gives it. The room reaches its own
 * tables by plain statements through it, so that they commit with whatever the service changes beside them.
 */
export interface SqlTransaction {
  $queryRawUnsafe<Rows = unknown>(statement: string, ...values: unknown[]): PromiseLike<Rows>;
}

/** Runs `work` in one transaction: all of it, or nothing when it throws. */
export type TransactionRunner<Transaction extends SqlTransaction> = <Result>(
  work: (transaction: Transaction) => Promise<Result>,
) => Promise<Result>;

/** A transaction on a connection of a `pg` pool. */
export interface PgTransaction extends SqlTransaction {
  readonly client: pg.PoolClient;
}

/** Runs transactions on a `pg` pool, for what has no Prisma client: commands and measurements. */
export function pgTransactions(pool: pg.Pool): TransactionRunner<PgTransaction> {
  return async (work) => {
    const client = await pool.connect();
    let broken: Error | undefined;
    // The pool takes its listener off a client that is out; without one a lost connection would end the process.
    const onError = (error: Error): void => void (broken = error);
    client.on('error', onError);
    try {
      await client.query('BEGIN');
      const result = await work({
        client,
        $queryRawUnsafe: async <Rows>(statement: string, ...values: unknown[]) =>
          (await client.query(statement, values)).rows as Rows,
      });
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((cause: unknown) => (broken = cause as Error));
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  };
}
