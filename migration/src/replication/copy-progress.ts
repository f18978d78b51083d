import { quoteName, type Table } from '../catalog/index.js';
import type { CopyProgress, MoveContext } from '../move/index.js';
import { readStream, forwardStream } from './streams.js';

interface Sample {
  readonly at: number;
  readonly bytes: number;
}

/** Follows the initial copy; `read` is called about once a second. */
export interface CopyWatch {
  /** Also tells whether every table is copied and follows. */
  read(): Promise<{ readonly progress: CopyProgress; readonly done: boolean; readonly errors: number }>;
}

/** How much of the past the rate is taken from. */
const WINDOW_MILLISECONDS = 10_000;

export function watchCopy(context: MoveContext, tables: ReadonlyArray<Table>): CopyWatch {
  const { target, names } = context;
  const estimatedBytes = tables.reduce((sum, { tableBytes }) => sum + tableBytes, 0);
  const samples: Sample[] = [];
  return {
    async read() {
      const { rows } = await target.query<{
        name: string;
        state: string;
        rows: string | null;
        bytes: string | null;
      }>(
        `SELECT r.srrelid::regclass::text AS name, r.srsubstate AS state,
                p.tuples_processed AS rows, p.bytes_processed AS bytes
           FROM pg_subscription_rel r
           JOIN pg_subscription s ON s.oid = r.srsubid AND s.subname = $1
           LEFT JOIN pg_stat_progress_copy p ON p.relid = r.srrelid AND p.command = 'COPY FROM'`,
        [names.forward],
      );
      const byName = new Map(rows.map((row) => [row.name.replaceAll('"', ''), row]));
      let copiedRows = 0;
      let copiedBytes = 0;
      let tablesDone = 0;
      for (const table of tables) {
        const row = byName.get(quoteName(table).replaceAll('"', ''));
        if (row !== undefined && !['i', 'd'].includes(row.state)) {
          tablesDone += 1;
          copiedRows += table.estimatedRows ?? 0;
          copiedBytes += table.tableBytes;
        } else if (row?.bytes !== undefined && row.bytes !== null) {
          copiedRows += Number(row.rows);
          // Text is shorter than the rows that it makes, or longer: a table counts for no more than its own size.
          copiedBytes += Math.min(Number(row.bytes), table.tableBytes);
        }
      }
      const now = performance.now();
      samples.push({ at: now, bytes: copiedBytes });
      while (samples.length > 2 && now - (samples[0]?.at ?? now) > WINDOW_MILLISECONDS) samples.shift();
      const first = samples[0] ?? { at: now, bytes: copiedBytes };
      const bytesPerSecond = now > first.at ? ((copiedBytes - first.bytes) * 1000) / (now - first.at) : 0;
      const stream = await readStream(forwardStream(context));
      return {
        done: rows.length > tables.length && rows.every(({ state }) => state === 'r'),
        errors: stream.errors,
        progress: {
          kind: 'copy',
          tablesDone,
          tables: tables.length,
          rows: copiedRows,
          estimatedRows: tables.reduce((sum, table) => sum + (table.estimatedRows ?? 0), 0),
          bytes: copiedBytes,
          estimatedBytes,
          bytesPerSecond: Math.max(0, bytesPerSecond),
          lagBytes: stream.lagBytes,
          secondsLeft: bytesPerSecond > 0 ? (estimatedBytes - copiedBytes) / bytesPerSecond : undefined,
        },
      };
    },
  };
}
