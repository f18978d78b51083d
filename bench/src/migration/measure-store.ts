import { spawn } from 'node:child_process';
import { startService, verifyService } from '@supergraph/migration';
import pg from 'pg';
import { tell } from '../report/progress.js';
import {
  run,
  SECONDARY,
  SERVICE,
  startStoreServers,
  TABLE_NAMES,
  TABLES,
  type StoreRound,
  type StoreServers,
} from './store.js';

/** Seconds of one round. */
export interface StoreFigures {
  /** `start`: tables, copy, indexes, until the target streams. */
  readonly start: number;
  /** `COPY` piped between the servers, into the same tables, with the same indexes after it. */
  readonly pipe: number;
  /** `verify`: fence, every row and column, references. */
  readonly verify: number;
  /** `sum(hashtext(row::text))` of each table on both sides. */
  readonly hashtext: number;
}

/**
 * Copies and verifies tables, and has the same done by plain `COPY` and by whole-table hashes; in turn.
 *
 * @param options.orders rows of the large table
 */
export async function measureStore(options: {
  readonly orders: number;
  readonly rounds: number;
}): Promise<ReadonlyArray<StoreFigures>> {
  const servers = await startStoreServers(options.orders);
  try {
    const figures: StoreFigures[] = [];
    for (let round = 1; round <= options.rounds; round += 1) {
      tell(`copy and verification: round ${round} of ${options.rounds}`);
      figures.push(await measureRound(servers, round));
    }
    return figures;
  } finally {
    await servers.stop();
  }
}

async function measureRound(servers: StoreServers, round: number): Promise<StoreFigures> {
  const opened = await servers.openRound(round);
  const move = { service: SERVICE, mapping: servers.mapping, endpoints: opened.endpoints };
  const works = {
    start: () => startService(move),
    pipe: () => pipeTables(opened),
  };
  try {
    const took = { start: 0, pipe: 0 };
    // Who comes second finds the pages of the source in memory.
    const order = round % 2 === 0 ? (['start', 'pipe'] as const) : (['pipe', 'start'] as const);
    for (const name of order) {
      took[name] = await seconds(works[name]);
    }
    // The rows that were just copied are written to the disk meanwhile, which the first of the two would pay for.
    await Promise.all([opened.endpoints.source, opened.endpoints.target].map(settle));
    const hashtext = await seconds(() => hashTables(opened));
    const verify = await seconds(async () => {
      const { agrees } = await verifyService(move);
      if (!agrees) throw new Error('The copy differs from its source.');
    });
    return { ...took, verify, hashtext };
  } finally {
    await opened.close();
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1_000;
}

/** Hint bits are set and the visibility map is made. */
async function settle(url: string): Promise<void> {
  for (const table of TABLE_NAMES) await run(url, `VACUUM ${table}`);
}

/** What somebody does who needs the rows over there, and no stream: both tables at once, then what they lack. */
async function pipeTables({ endpoints, peerUrl }: StoreRound): Promise<void> {
  await run(peerUrl, TABLES);
  await Promise.all(TABLE_NAMES.map((table) => pipe(endpoints.source, peerUrl, table)));
  for (const statement of SECONDARY) await run(peerUrl, statement);
  for (const table of TABLE_NAMES) await run(peerUrl, `ANALYZE ${table}`);
}

/** By psql, as everybody does it, so that no JavaScript stands in between. */
async function pipe(from: string, to: string, table: string): Promise<void> {
  const script = `set -o pipefail; psql -Xq "$1" -c "COPY $3 TO STDOUT" | psql -Xq "$2" -c "COPY $3 FROM STDIN"`;
  await new Promise<void>((resolve, reject) => {
    const child = spawn('bash', ['-c', script, 'pipe', from, to, table], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    child.once('error', reject);
    child.once('close', (status) =>
      status === 0
        ? resolve()
        : reject(new Error(`COPY by psql failed (is postgresql-client installed?): ${complaint.trim()}`)),
    );
  });
}

/** @see https://pgcopydb.readthedocs.io/en/latest/ref/pgcopydb_compare.html */
async function hashTables({ endpoints }: StoreRound): Promise<void> {
  const sums = await Promise.all(
    [endpoints.source, endpoints.target].map(async (connectionString) => {
      const client = new pg.Client({ connectionString });
      await client.connect();
      try {
        const found: unknown[] = [];
        for (const table of TABLE_NAMES) {
          const { rows } = await client.query<{ rows: string; sum: string }>(
            `SELECT count(1) AS rows, sum(hashtext(t::text)::bigint) AS sum FROM ${table} AS t`,
          );
          found.push(rows[0]);
        }
        return JSON.stringify(found);
      } finally {
        await client.end();
      }
    }),
  );
  if (sums[0] !== sums[1]) throw new Error('The sums of the two sides differ.');
}
