import pg from 'pg';

const connectMilliseconds = 10_000;

/** Runs work on a connection of its own and closes it. */
export async function withConnection<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectMilliseconds,
    application_name: 'supergraph provisioning',
  });
  // Without a listener a connection that breaks between two statements would end the process; the next statement fails.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Runs work in one transaction, which is rolled back when the work throws. */
export async function inTransaction<Result>(client: pg.Client, work: () => Promise<Result>): Promise<Result> {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // The cause is what the caller must see, also when the connection is gone and the rollback fails for that.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** The same server reached with another role and database; other parts of the URL (host, port, TLS) stay. */
export function urlFor(url: string, role: string, password: string, database: string): string {
  const changed = new URL(url);
  changed.username = encodeURIComponent(role);
  changed.password = encodeURIComponent(password);
  changed.pathname = `/${encodeURIComponent(database)}`;
  return changed.href;
}
