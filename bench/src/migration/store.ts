import { startTemporaryPostgres, type TemporaryPostgres } from '@supergraph/platform/embedded-postgres';
import { parseMapping, type Endpoints, type Mapping } from '@supergraph/migration';
import pg from 'pg';

/** The service whose tables are moved. */
export const SERVICE = 'store';
/** Orders for each customer. */
const ORDERS_PER_CUSTOMER = 10;
const OWNER = 'store_owner';
const PASSWORD = 'owner-password-of-a-measurement';
/** As a server that keeps its promises runs; the same on both sides. */
const SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '256MB',
  max_wal_size: '4GB',
  max_worker_processes: '24',
  max_logical_replication_workers: '16',
  max_sync_workers_per_subscription: '2',
};

/** The tables with what copying rows needs, and what is built after it. */
export const TABLES = `
  CREATE SCHEMA store;
  CREATE TABLE store.customers (
    id uuid PRIMARY KEY, email text NOT NULL, name text NOT NULL, created_at timestamptz NOT NULL
  );
  CREATE TABLE store.orders (
    id uuid PRIMARY KEY, customer_id uuid NOT NULL, status text NOT NULL, amount numeric(20, 4) NOT NULL,
    currency text NOT NULL, note text, data jsonb NOT NULL, version integer NOT NULL, created_at timestamptz NOT NULL
  );`;
export const SECONDARY: ReadonlyArray<string> = [
  'ALTER TABLE store.customers ADD CONSTRAINT customers_email_key UNIQUE (email)',
  'CREATE INDEX orders_by_customer ON store.orders (customer_id, created_at, id)',
  'CREATE INDEX orders_by_status ON store.orders (status, created_at, id)',
  'CREATE INDEX orders_by_day ON store.orders (created_at, id)',
  'ALTER TABLE store.orders ADD CONSTRAINT orders_customer_fkey FOREIGN KEY (customer_id) REFERENCES store.customers (id)',
];
export const TABLE_NAMES = ['store.customers', 'store.orders'] as const;

/** Two servers, a filled database on the first, and room for copies. */
export interface StoreServers {
  readonly mapping: Mapping;
  /** A fresh copy of the filled database, and two empty ones on the other server. */
  openRound(round: number): Promise<StoreRound>;
  stop(): Promise<void>;
}

export interface StoreRound {
  readonly endpoints: Endpoints;
  /** Where the peer copies to. */
  readonly peerUrl: string;
  close(): Promise<void>;
}

/** @param orders rows of the large table */
export async function startStoreServers(orders: number): Promise<StoreServers> {
  const [from, to] = await Promise.all([
    startTemporaryPostgres({ settings: SETTINGS }),
    startTemporaryPostgres({ settings: SETTINGS }),
  ]);
  for (const server of [from, to]) {
    await run(server.superuserUrl(), `CREATE ROLE ${OWNER} LOGIN REPLICATION PASSWORD '${PASSWORD}'`);
    await run(server.superuserUrl(), `GRANT pg_create_subscription TO ${OWNER}`);
  }
  await run(from.superuserUrl(), `CREATE DATABASE filled OWNER ${OWNER}`);
  await fill(ownerUrl(from, 'filled'), orders);
  return {
    mapping: parseMapping({
      version: 1,
      services: {
        [SERVICE]: { tables: ['customers', 'orders'].map((table) => ({ schema: 'store', table })) },
      },
      crossings: [],
    }),
    async openRound(round) {
      const [source, target, peer] = [`source_${round}`, `target_${round}`, `peer_${round}`];
      await run(from.superuserUrl(), `CREATE DATABASE ${source} TEMPLATE filled OWNER ${OWNER}`);
      await run(to.superuserUrl(), `CREATE DATABASE ${target} OWNER ${OWNER}`);
      await run(to.superuserUrl(), `CREATE DATABASE ${peer} OWNER ${OWNER}`);
      for (const server of [from, to]) await run(server.superuserUrl(), 'CHECKPOINT');
      const [sourceUrl, targetUrl] = [ownerUrl(from, source), ownerUrl(to, target)];
      return {
        endpoints: {
          source: sourceUrl,
          target: targetUrl,
          sourceForServers: sourceUrl,
          targetForServers: targetUrl,
        },
        peerUrl: ownerUrl(to, peer),
        async close() {
          await endStreams(from.superuserUrl(source), to.superuserUrl(target));
          await run(from.superuserUrl(), `DROP DATABASE ${source} WITH (FORCE)`);
          for (const database of [target, peer])
            await run(to.superuserUrl(), `DROP DATABASE ${database} WITH (FORCE)`);
        },
      };
    },
    async stop() {
      await Promise.all([from.stop('immediate'), to.stop('immediate')]);
    },
  };
}

/** Runs one statement. */
export async function run(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function ownerUrl(server: TemporaryPostgres, database: string): string {
  return `postgresql://${OWNER}:${PASSWORD}@127.0.0.1:${server.port}/${database}`;
}

async function fill(url: string, orders: number): Promise<void> {
  await run(url, TABLES);
  await run(
    url,
    `INSERT INTO store.customers
     SELECT md5('customer ' || n)::uuid, 'customer' || n || '@example.com', 'Customer number ' || n,
            timestamptz '2024-01-01' + n * interval '1 minute'
       FROM generate_series(1, ${Math.max(1, Math.ceil(orders / ORDERS_PER_CUSTOMER))}) n`,
  );
  await run(
    url,
    `INSERT INTO store.orders
     SELECT md5('order ' || n)::uuid, md5('customer ' || 1 + n / ${ORDERS_PER_CUSTOMER})::uuid,
            (ARRAY['NEW', 'PAID', 'SENT', 'RETURNED'])[1 + n % 4], (n % 100000) / 100.0, 'EUR',
            CASE WHEN n % 3 = 0 THEN 'Leave it with the neighbours, please: number ' || n END,
            jsonb_build_object('channel', 'web', 'lines', n % 7, 'reference', md5(n::text)), 1 + n % 5,
            timestamptz '2024-01-01' + n * interval '31 seconds'
       FROM generate_series(0, ${orders - 1}) n`,
  );
  for (const statement of SECONDARY) await run(url, statement);
  await run(url, 'VACUUM (ANALYZE)');
}

async function endStreams(sourceUrl: string, targetUrl: string): Promise<void> {
  const target = new pg.Client({ connectionString: targetUrl });
  await target.connect();
  try {
    const { rows } = await target.query<{ name: string }>(
      `SELECT quote_ident(subname) AS name FROM pg_subscription
        WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    // Its slot on the source goes with it.
    for (const { name } of rows) await target.query(`DROP SUBSCRIPTION ${name}`);
  } finally {
    await target.end();
  }
  await run(
    sourceUrl,
    'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()',
  );
}
