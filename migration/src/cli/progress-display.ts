import cliProgress from 'cli-progress';
import type { CopyProgress, CountProgress, ProgressReport } from '../move/index.js';

/** Shows what a command does. */
export interface ProgressDisplay {
  show(progress: ProgressReport): void;
  end(): void;
}

/** Where it is shown: a terminal gets a bar, anything else a line now and then. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

const LINE_MILLISECONDS = 5_000;

export function openProgressDisplay(output: Output, service: string): ProgressDisplay {
  return output.isTTY === true ? openBar(output, service) : openLines(output, service);
}

function openBar(output: Output, service: string): ProgressDisplay {
  let bar: cliProgress.SingleBar | undefined;
  const end = (): void => {
    bar?.stop();
    bar = undefined;
  };
  const draw = (value: number, total: number, text: string): void => {
    if (bar === undefined) {
      bar = new cliProgress.SingleBar(
        {
          stream: output,
          format: `${service} {bar} {percentage}% | {text}`,
          barsize: 24,
          hideCursor: true,
          gracefulExit: false,
        },
        cliProgress.Presets.shades_classic,
      );
      bar.start(Math.max(1, total), 0, { text });
    }
    bar.setTotal(Math.max(1, total));
    bar.update(Math.min(value, Math.max(1, total)), { text });
  };
  return {
    show(progress) {
      if (progress.kind === 'step') {
        end();
        output.write(`${service}: ${progress.text}\n`);
      } else if (progress.kind === 'copy')
        draw(progress.bytes, progress.estimatedBytes, describeCopy(progress));
      else draw(progress.done, progress.total, describeCount(progress));
    },
    end,
  };
}

function openLines(output: Output, service: string): ProgressDisplay {
  let told = 0;
  return {
    show(progress) {
      const now = Date.now();
      if (progress.kind === 'step') {
        output.write(`${service}: ${progress.text}\n`);
        return;
      }
      const isEnd =
        progress.kind === 'copy' ? progress.tablesDone === progress.tables : progress.done === progress.total;
      if (!isEnd && now - told < LINE_MILLISECONDS) return;
      told = now;
      output.write(
        `${service}: ${progress.kind === 'copy' ? describeCopy(progress) : describeCount(progress)}\n`,
      );
    },
    end: () => undefined,
  };
}

function describeCopy(progress: CopyProgress): string {
  const {
    tablesDone,
    tables,
    rows,
    estimatedRows,
    bytes,
    estimatedBytes,
    bytesPerSecond,
    lagBytes,
    secondsLeft,
  } = progress;
  return [
    `${tablesDone} of ${tables} tables`,
    `${rows.toLocaleString('en')} of about ${estimatedRows.toLocaleString('en')} rows`,
    `${megabytes(bytes)} of ${megabytes(estimatedBytes)}`,
    `${megabytes(bytesPerSecond)}/s`,
    `${megabytes(lagBytes)} behind`,
    ...(secondsLeft === undefined || tablesDone === tables ? [] : [`${describeSeconds(secondsLeft)} left`]),
  ].join(' | ');
}

function describeCount({ what, done, total }: CountProgress): string {
  return `${done} of ${total} ${what}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function describeSeconds(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
