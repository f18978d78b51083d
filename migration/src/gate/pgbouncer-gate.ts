import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import pg from 'pg';
import { reasonOf, withoutPassword, type Endpoints } from '../connections/index.js';
import { MigrationError } from '../errors/index.js';
import type { Side } from '../state/index.js';
import type { Gate } from './gate.js';

export interface PgBouncerGateOptions {
  /** URL of the admin console: its database is `pgbouncer`. */
  readonly adminUrl: string;
  /** The name that clients connect to. */
  readonly database: string;
  /** The file that holds the line of this database. */
  readonly file: string;
  /** Where each side is, as PgBouncer reaches it. */
  readonly endpoints: Pick<Endpoints, Side>;
}

/**
 * PgBouncer in front of a service that nobody here wrote: it keeps the clients waiting (`PAUSE`), reads where their
 * database is now (`RELOAD`), and lets them go on (`RESUME`). In transaction mode they notice nothing but the pause. It has no
 * lease: it keeps a paused database paused, whoever is gone.
 */
export function pgBouncerGate(options: PgBouncerGateOptions): Gate {
  const { adminUrl, database, file, endpoints } = options;
  let admin: pg.Client | undefined;

  async function command(text: string, client?: pg.Client): Promise<ReadonlyArray<Record<string, unknown>>> {
    try {
      const { rows } = await (client ?? (admin ??= await openConsole(adminUrl))).query<
        Record<string, unknown>
      >(text);
      return rows;
    } catch (error) {
      if (error instanceof MigrationError) throw error;
      throw new MigrationError('GATE_FAILED', `PgBouncer refused ${text}: ${reasonOf(error)}.`, {
        cause: error,
      });
    }
  }
  async function isPaused(): Promise<boolean> {
    const rows = await command('SHOW DATABASES');
    const row = rows.find(({ name }) => name === database);
    if (row === undefined) {
      throw new MigrationError(
        'GATE_FAILED',
        `PgBouncer has no database "${database}"; the mapping's gate names it.`,
      );
    }
    return String(row['paused']) === '1';
  }

  return {
    async prepare() {
      await isPaused();
    },
    async hold({ deadlineMilliseconds }) {
      if (await isPaused()) return;
      // PAUSE answers when the last transaction has ended; on a session of its own it can be given up.
      const pausing = await openConsole(adminUrl);
      let timer: NodeJS.Timeout | undefined;
      try {
        const late = new Promise<'late'>((resolve) => {
          timer = setTimeout(() => resolve('late'), deadlineMilliseconds);
        });
        const pause = command(`PAUSE ${pg.escapeIdentifier(database)}`, pausing);
        // Given up, it fails when its session is closed.
        pause.catch(() => undefined);
        if ((await Promise.race([pause, late])) === 'late') {
          await command(`RESUME ${pg.escapeIdentifier(database)}`);
          throw new MigrationError(
            'GATE_FAILED',
            `PgBouncer could not pause ${database} within ${Math.round(deadlineMilliseconds)} ms: a transaction has run for longer.`,
          );
        }
      } finally {
        clearTimeout(timer);
        void pausing.end().catch(() => undefined);
      }
    },
    async release(side) {
      await pointTo(file, database, endpoints[side]);
      await command('RELOAD');
      if (await isPaused()) await command(`RESUME ${pg.escapeIdentifier(database)}`);
    },
    async close() {
      await admin?.end().catch(() => undefined);
    },
  };
}

async function openConsole(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw new MigrationError(
      'GATE_FAILED',
      `PgBouncer's console cannot be reached at ${withoutPassword(url)}: ${reasonOf(error)}.`,
      { cause: error },
    );
  }
}

/** Changes host, port and name in the database's line and leaves everything else, users and pool sizes too. */
async function pointTo(file: string, database: string, url: string): Promise<void> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new MigrationError('GATE_FAILED', `PgBouncer's file ${file} cannot be read: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
  const changed = pointLine(text, database, url);
  if (changed === undefined) {
    throw new MigrationError(
      'GATE_FAILED',
      `${file} has no line for the database "${database}" under [databases].`,
    );
  }
  if (changed === text) return;
  const { mode } = await stat(file);
  const draft = `${file}.migration-draft`;
  await writeFile(draft, changed, { mode });
  // In one step: PgBouncer never reads half a file.
  await rename(draft, file);
}

/** @returns undefined when there is no such line */
export function pointLine(text: string, database: string, url: string): string | undefined {
  const { hostname, port, pathname } = new URL(url);
  const place = {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? '5432' : port,
    dbname: decodeURIComponent(pathname.slice(1)),
  };
  const lines = text.split('\n');
  const name = database.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const index = lines.findIndex((line) => new RegExp(`^\\s*"?${name}"?\\s*=`).test(line));
  const line = lines[index];
  if (line === undefined) return undefined;
  const equals = line.indexOf('=');
  const kept = line
    .slice(equals + 1)
    .replace(/\b(host|port|dbname)\s*=\s*('(?:[^']|'')*'|\S+)/g, '')
    .trim()
    .replace(/\s+/g, ' ');
  const value = (part: string): string =>
    /^[\w.:/-]+$/.test(part) ? part : `'${part.replaceAll("'", "''")}'`;
  const target = `host=${value(place.host)} port=${place.port} dbname=${value(place.dbname)}`;
  lines[index] = `${line.slice(0, equals + 1)} ${target}${kept === '' ? '' : ` ${kept}`}`;
  return lines.join('\n');
}
