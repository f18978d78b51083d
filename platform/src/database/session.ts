import pg from 'pg';

/** A pool that knows by itself where its connections lead: it opens those beside it, too. */
export interface SessionOpener {
  openSession(): Promise<pg.Client>;
}

/**
 * Opens a connection beside a service's pool, to the same database: for what stays for good, such as a LISTEN or a lock,
 * while the pool is for work. Where the service's database is exchanged for another, the connection is ended first.
 *
 * @returns a connection that is open; its `error` and `end` tell when it no longer is
 */
export async function openSession(pool: pg.Pool): Promise<pg.Client> {
  return isSessionOpener(pool) ? pool.openSession() : connectLike(pool);
}

/** Opens a connection with the settings of an ordinary pool. */
export async function connectLike(pool: pg.Pool): Promise<pg.Client> {
  const { options } = pool;
  const client = new pg.Client({
    ...options,
    // The pool hides it from a copy of its options.
    ...(options.password === undefined ? {} : { password: options.password }),
    keepAlive: true,
  });
  // Until somebody else listens: an error without a listener would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    client.end().catch(() => undefined);
    throw error;
  }
  return client;
}

function isSessionOpener(pool: pg.Pool): pool is pg.Pool & SessionOpener {
  return 'openSession' in pool;
}
