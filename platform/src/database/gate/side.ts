import pg from 'pg';
import { describeCause } from '../../errors/index.js';

/** The two databases that a service may be served from while it moves: where it comes from, and where it goes. */
export type GateSide = 'source' | 'target';
export const GATE_SIDES: ReadonlyArray<GateSide> = ['source', 'target'];

export type GateUrls = Readonly<Record<GateSide, string>>;

/** What one database says of itself: whether it takes the service's writes; `silent` when no migration was there. */
type Answer = 'open' | 'closed' | 'silent' | Error;

const TIMEOUT_MILLISECONDS = 2_000;

/**
 * Asks both databases which of them takes the writes of a service. The migration writes that down in each of them, in the
 * transaction that locks or unlocks the tables.
 *
 * @returns undefined while neither does, in the moment of a switch
 * @throws when the databases that could tell do not answer
 */
export async function findOpenSide(service: string, urls: GateUrls): Promise<GateSide | undefined> {
  const [source, target] = await Promise.all([ask(service, urls.source), ask(service, urls.target)]);
  if (source === 'open') return 'source';
  if (target === 'open') return 'target';
  if (source === 'silent') return 'source';
  if (source === 'closed' && target === 'closed') return undefined;
  const cause = source instanceof Error ? source : target;
  throw new Error(`No database of ${service} says that it is the one to use: ${describeCause(cause)}`, {
    cause,
  });
}

/** Whether a database that was used until now still takes the writes; true when it cannot be asked. */
export async function isStillOpen(service: string, url: string): Promise<boolean> {
  return (await ask(service, url)) !== 'closed';
}

async function ask(service: string, url: string): Promise<Answer> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: TIMEOUT_MILLISECONDS,
    query_timeout: TIMEOUT_MILLISECONDS,
    application_name: 'supergraph gate',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ open: boolean }>(
      'SELECT open FROM supergraph_migration.place WHERE service = $1',
      [service],
    );
    return rows[0] === undefined ? 'silent' : rows[0].open ? 'open' : 'closed';
  } catch (error) {
    // Undefined table or schema: nobody has begun to move anything.
    if (['42P01', '3F000'].includes((error as { code?: string }).code ?? '')) return 'silent';
    return error as Error;
  } finally {
    await client.end().catch(() => undefined);
  }
}
