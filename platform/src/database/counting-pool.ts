import pg from 'pg';
import type { Counter } from 'prom-client';
import { ApplicationError } from '../errors/index.js';
import { currentRequest, isPastDeadline } from '../telemetry/index.js';
import { traceStatement } from './statement-span.js';

const TRANSACTION_CONTROL =
  /^\s*(BEGIN|START TRANSACTION|SET TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/i;

/**
 * A pool that counts the statements of each request (see `RequestScope.sqlStatements`), and gives each a span when
 * the request is traced. A request that nobody waits for any more sends none: what it has begun is rolled back.
 *
 * It counts where the caller is still in its own asynchronous context: at `pool.query`, and at `query` of a
 * client that was taken by promise. Inside the pool the context may be that of whoever released a connection.
 */
export class CountingPool extends pg.Pool {
  constructor(
    config: pg.PoolConfig,
    private readonly counter: Counter,
  ) {
    super(config);
    const connectToPool = this.connect.bind(this) as (
      callback?: unknown,
    ) => Promise<pg.PoolClient> | undefined;
    const queryPool = this.query.bind(this) as (...args: unknown[]) => unknown;
    this.query = ((...args: unknown[]) => {
      const refusal = this.count(args[0]);
      return refusal ?? traceStatement(args, (traced) => queryPool(...traced));
    }) as typeof this.query;
    this.connect = ((callback?: unknown) => {
      const connecting = connectToPool(callback);
      return callback === undefined ? connecting?.then((client) => this.counting(client)) : connecting;
    }) as typeof this.connect;
  }

  /** Gives the client with a `query` that counts; `release` restores it, since clients return to the pool. */
  private counting(client: pg.PoolClient): pg.PoolClient {
    // Not bound: what is put back must be what was there, or each use of a connection would wrap it once more.
    const { query } = client as unknown as { query: (this: unknown, ...args: unknown[]) => unknown };
    const release = client.release.bind(client);
    client.query = ((...args: unknown[]) => {
      const refusal = this.count(args[0]);
      return refusal ?? traceStatement(args, (traced) => query.apply(client, traced));
    }) as typeof client.query;
    client.release = (reason) => {
      client.query = query as typeof client.query;
      release(reason);
    };
    return client;
  }

  /** @returns a rejected promise when the statement may not be sent */
  private count(statement: unknown): Promise<never> | undefined {
    const text =
      typeof statement === 'string' ? statement : (statement as { text?: string } | undefined)?.text;
    if (text !== undefined && TRANSACTION_CONTROL.test(text)) {
      return undefined;
    }
    if (isPastDeadline()) {
      return Promise.reject(
        new ApplicationError('SUBGRAPH_TIMEOUT', 'Who asked has stopped waiting, so nothing more is done.'),
      );
    }
    this.counter.inc();
    const request = currentRequest();
    if (request !== undefined) {
      request.sqlStatements += 1;
    }
    return undefined;
  }
}
