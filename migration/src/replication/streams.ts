import type pg from 'pg';
import { quoteName, type Table } from '../catalog/index.js';
import { libpqConnectionString } from '../connections/index.js';
import { MigrationError } from '../errors/index.js';
import { quote, quoteText } from '../state/index.js';
import type { MoveContext } from '../move/index.js';
import { waitUntil } from '../move/wait.js';

/** One direction of replication. */
export interface Stream {
  readonly publisher: pg.Client;
  readonly subscriber: pg.Client;
  /** How the subscriber's server reaches the publisher's. */
  readonly publisherUrl: string;
  /** Of the subscription and of its slot. */
  readonly name: string;
  readonly publication: string;
}

/** From the source to the target. */
export function forwardStream({ source, target, endpoints, names }: MoveContext): Stream {
  return {
    publisher: source,
    subscriber: target,
    publisherUrl: endpoints.sourceForServers,
    name: names.forward,
    publication: names.publication,
  };
}

/** From the target back to the source. */
export function reverseStream({ source, target, endpoints, names }: MoveContext): Stream {
  return {
    publisher: target,
    subscriber: source,
    publisherUrl: endpoints.targetForServers,
    name: names.reverse,
    publication: names.publication,
  };
}

/** Publishes the tables, and the fence's with them. One that exists is given these tables. */
export async function ensurePublication(
  client: pg.Client,
  name: string,
  tables: ReadonlyArray<Table>,
  fence: string,
): Promise<void> {
  const list = [...tables.map(quoteName), fence].join(', ');
  const { rowCount } = await client.query('SELECT 1 FROM pg_publication WHERE pubname = $1', [name]);
  if (rowCount === 0) {
    await client.query(`CREATE PUBLICATION ${quote(name)} FOR TABLE ${list}`);
    return;
  }
  const published = await client.query<{ name: string }>(
    `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_publication_tables WHERE pubname = $1`,
    [name],
  );
  const { rows } = await client.query<{ name: string }>(
    `SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name
       FROM unnest($1::text[]) AS wanted (name) JOIN pg_class c ON c.oid = wanted.name::regclass
       JOIN pg_namespace n ON n.oid = c.relnamespace`,
    [[...tables.map(quoteName), fence]],
  );
  const same =
    rows.length === published.rows.length &&
    rows.every((wanted) => published.rows.some((present) => present.name === wanted.name));
  if (!same) await client.query(`ALTER PUBLICATION ${quote(name)} SET TABLE ${list}`);
}

/** What a slot is worth: `lost` when its server has removed write-ahead log that it needs. */
export type SlotState = 'absent' | 'usable' | 'lost';

export async function readSlot(publisher: pg.Client, name: string): Promise<SlotState> {
  const { rows } = await publisher.query<{ lost: boolean; database: string; here: boolean }>(
    `SELECT coalesce(wal_status = 'lost', false)
              OR coalesce(to_jsonb(s) ->> 'invalidation_reason', '') <> ''
              OR coalesce((to_jsonb(s) ->> 'conflicting')::boolean, false) AS lost,
            database, database = current_database() AS here
       FROM pg_replication_slots s WHERE slot_name = $1`,
    [name],
  );
  const [slot] = rows;
  if (slot === undefined) return 'absent';
  if (!slot.here) {
    throw new MigrationError(
      'UNFIT_SERVER',
      `The replication slot ${name} is used by the database ${slot.database} of the same server. Move one of the two services under another name.`,
    );
  }
  return slot.lost ? 'lost' : 'usable';
}

/** Makes a slot; it waits for the transactions that run to end. */
export async function ensureSlot(publisher: pg.Client, name: string): Promise<void> {
  if ((await readSlot(publisher, name)) !== 'absent') return;
  await publisher.query(`SELECT pg_create_logical_replication_slot($1, 'pgoutput')`, [name]);
}

/** Removes a slot, once whoever reads from it has let go. */
export async function dropSlot(publisher: pg.Client, name: string): Promise<void> {
  await waitUntil(
    async () => {
      const { rows } = await publisher.query<{ active: number | null }>(
        'SELECT active_pid AS active FROM pg_replication_slots WHERE slot_name = $1',
        [name],
      );
      const [slot] = rows;
      if (slot === undefined) return true;
      if (slot.active !== null) return undefined;
      try {
        await publisher.query('SELECT pg_drop_replication_slot($1)', [name]);
        return true;
      } catch (error) {
        // Taken again between the look and the drop.
        if ((error as { code?: string }).code === '55006') return undefined;
        throw error;
      }
    },
    { what: `The replication slot ${name} was not let go of`, milliseconds: 60_000 },
  );
}

export async function hasSubscription(subscriber: pg.Client, name: string): Promise<boolean> {
  const { rowCount } = await subscriber.query(
    `SELECT 1 FROM pg_subscription WHERE subname = $1 AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [name],
  );
  return rowCount === 1;
}

/**
 * Subscribes by a slot that exists.
 *
 * @param options.origin `any` passes on what the publisher received by replication itself, `none` does not
 * @param options.copy whether what the tables hold now is copied first
 */
export async function ensureSubscription(
  stream: Stream,
  options: { readonly origin: 'any' | 'none'; readonly copy: boolean },
): Promise<void> {
  const { subscriber, publisherUrl, name, publication } = stream;
  if (await hasSubscription(subscriber, name)) {
    await refreshConnection(stream);
    return;
  }
  // Streaming off: changes are then applied in the order of commits by one process, which the fence stops.
  await subscriber.query(
    `CREATE SUBSCRIPTION ${quote(name)} CONNECTION ${quoteText(libpqConnectionString(publisherUrl))}
       PUBLICATION ${quote(publication)}
       WITH (create_slot = false, slot_name = ${quoteText(name)}, copy_data = ${options.copy}, origin = ${options.origin}, streaming = off)`,
  );
  await noteAddress(subscriber, name, publisherUrl);
}

/** Gives a subscription the address at which the publisher is reached now, where that is another than when it was made. */
export async function refreshConnection({ subscriber, publisherUrl, name }: Stream): Promise<void> {
  const { rows } = await subscriber.query<{ noted: string | null }>(
    `SELECT obj_description(oid, 'pg_subscription') AS noted FROM pg_subscription
      WHERE subname = $1 AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [name],
  );
  const [subscription] = rows;
  if (subscription === undefined || subscription.noted === addressOf(publisherUrl)) return;
  await subscriber.query(
    `ALTER SUBSCRIPTION ${quote(name)} CONNECTION ${quoteText(libpqConnectionString(publisherUrl))}`,
  );
  await noteAddress(subscriber, name, publisherUrl);
}

/** What a subscription's owner may not read of it, so that it is noted beside it. */
async function noteAddress(subscriber: pg.Client, name: string, publisherUrl: string): Promise<void> {
  await subscriber.query(`COMMENT ON SUBSCRIPTION ${quote(name)} IS ${quoteText(addressOf(publisherUrl))}`);
}

/** Without the password, which comments are no place for. */
function addressOf(url: string): string {
  const { username, host, pathname } = new URL(url);
  return `from ${username}@${host}${pathname}`;
}

/** Ends a stream: its subscription, and its slot when the publisher is there. */
export async function dropStream(stream: Stream): Promise<void> {
  const { subscriber, publisher, name } = stream;
  if (await hasSubscription(subscriber, name)) {
    await subscriber.query(`ALTER SUBSCRIPTION ${quote(name)} DISABLE`);
    await subscriber.query(`ALTER SUBSCRIPTION ${quote(name)} SET (slot_name = NONE)`);
    await subscriber.query(`DROP SUBSCRIPTION ${quote(name)}`);
  }
  const left = await publisher.query<{ slot: string }>(
    `SELECT slot_name AS slot FROM pg_replication_slots WHERE slot_name = $1`,
    [name],
  );
  for (const { slot } of left.rows) await dropSlot(publisher, slot);
}

/** How far a stream is behind, and whether it runs. */
export interface StreamState {
  readonly slot: SlotState;
  readonly subscribed: boolean;
  readonly enabled: boolean;
  /** Whether its worker is connected at this moment. */
  readonly running: boolean;
  /** Write-ahead log that the publisher keeps for it, in bytes. */
  readonly lagBytes: number;
  /** Errors since the subscription was made; the subscriber's log tells them. */
  readonly errors: number;
}

export async function readStream({ publisher, subscriber, name }: Stream): Promise<StreamState> {
  const slot = await readSlot(publisher, name);
  const lag = await publisher.query<{ bytes: string }>(
    `SELECT coalesce(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), confirmed_flush_lsn), 0)::bigint AS bytes
       FROM pg_replication_slots WHERE slot_name = $1`,
    [name],
  );
  const { rows } = await subscriber.query<{ enabled: boolean; running: boolean; errors: string }>(
    `SELECT s.subenabled AS enabled,
            EXISTS (SELECT FROM pg_stat_subscription w WHERE w.subid = s.oid AND w.relid IS NULL AND w.pid IS NOT NULL) AS running,
            coalesce((SELECT t.apply_error_count + t.sync_error_count FROM pg_stat_subscription_stats t WHERE t.subid = s.oid), 0) AS errors
       FROM pg_subscription s
      WHERE s.subname = $1 AND s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [name],
  );
  const [row] = rows;
  return {
    slot,
    subscribed: row !== undefined,
    enabled: row?.enabled ?? false,
    running: row?.running ?? false,
    lagBytes: Number(lag.rows[0]?.bytes ?? '0'),
    errors: Number(row?.errors ?? '0'),
  };
}
