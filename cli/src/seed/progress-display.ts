import cliProgress from 'cli-progress';
import type { SeedProgress } from './seed-transaction.js';

/** Shows how a seed goes. */
export interface ProgressDisplay {
  show(progress: SeedProgress): void;
  /** Leaves what is shown as it is. */
  end(): void;
}

/** Where it is shown: a terminal gets bars, anything else a line now and then. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

const LINE_MILLISECONDS = 5_000;
const NAME_WIDTH = 'payments.payment_transitions'.length;

export function openProgressDisplay(output: Output): ProgressDisplay {
  return output.isTTY === true ? openBars(output) : openLines(output);
}

function openBars(output: Output): ProgressDisplay {
  const bars = new Map<string, { readonly bar: cliProgress.SingleBar; readonly begin: number }>();
  const display = new cliProgress.MultiBar(
    {
      stream: output,
      format: '{table} {bar} {percentage}% | {rows} | {rate} rows/s | {left}',
      barsize: 24,
      hideCursor: true,
      // Ctrl-C has work to undo first: whoever opened this display ends it.
      gracefulExit: false,
      fps: 8,
    },
    cliProgress.Presets.shades_classic,
  );
  return {
    show(progress) {
      const name = nameOf(progress);
      const known = bars.get(name) ?? {
        bar: display.create(Math.max(progress.expectedRows, 1), 0, { table: name.padEnd(NAME_WIDTH) }),
        begin: Date.now(),
      };
      bars.set(name, known);
      const { bar, begin } = known;
      if (progress.done) {
        bar.setTotal(Math.max(progress.rows, 1));
      }
      const rate = rateSince(begin, progress.rows);
      const left = progress.done ? 'copied' : `${timeLeft(progress, rate)} left`;
      // An empty table is a full bar all the same.
      const value = progress.done ? Math.max(progress.rows, 1) : Math.min(progress.rows, bar.getTotal());
      bar.update(value, { rows: progress.rows.toLocaleString('en'), rate: rate.toLocaleString('en'), left });
    },
    end: () => display.stop(),
  };
}

function openLines(output: Output): ProgressDisplay {
  const tables = new Map<string, { readonly begin: number; told: number }>();
  return {
    show(progress) {
      const name = nameOf(progress);
      const now = Date.now();
      const table = tables.get(name) ?? { begin: now, told: now };
      tables.set(name, table);
      if (!progress.done && now - table.told < LINE_MILLISECONDS) {
        return;
      }
      table.told = now;
      const rate = rateSince(table.begin, progress.rows);
      const rows = progress.rows.toLocaleString('en');
      const of = progress.done ? '' : ` of ${progress.expectedRows.toLocaleString('en')}`;
      const left = progress.done ? 'copied' : `${timeLeft(progress, rate)} left`;
      output.write(
        `${name.padEnd(NAME_WIDTH)} ${rows}${of} rows, ${rate.toLocaleString('en')} rows/s, ${left}\n`,
      );
    },
    end: () => undefined,
  };
}

/** Writes a time in the largest unit that says enough: `8 s`, `2 min 5 s`. */
export function describeDuration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function nameOf({ service, table }: SeedProgress): string {
  return `${service}.${table}`;
}

/** Rows a second. */
function rateSince(begin: number, rows: number): number {
  return Math.round((rows * 1_000) / Math.max(Date.now() - begin, 1));
}

function timeLeft({ rows, expectedRows }: SeedProgress, rate: number): string {
  return rate === 0 ? '…' : describeDuration((Math.max(expectedRows - rows, 0) * 1_000) / rate);
}
