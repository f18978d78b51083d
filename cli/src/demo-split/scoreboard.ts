import type { TrafficObserver } from './traffic.js';

/** Requests for one service's fields. */
export interface ServiceCount {
  answered: number;
  failed: number;
}

/** What happened to requests within one second. */
export interface SecondCount extends ServiceCount {
  longestMilliseconds: number;
}

/** Counts requests as they end. */
export interface Scoreboard extends TrafficObserver {
  counts(): {
    readonly answered: number;
    readonly failed: number;
    /** A request that asks several services counts once with each. */
    readonly services: Readonly<Record<string, ServiceCount>>;
    /** The last seconds, the oldest first. */
    readonly seconds: ReadonlyArray<SecondCount>;
  };
}

/** How many seconds the chart goes back. */
const SHOWN_SECONDS = 180;

/**
 * Starts to count.
 *
 * @param names of the services
 */
export function openScoreboard(names: ReadonlyArray<string>): Scoreboard {
  const services: Record<string, ServiceCount> = Object.fromEntries(
    names.map((name) => [name, { answered: 0, failed: 0 }]),
  );
  const total: ServiceCount = { answered: 0, failed: 0 };
  const seconds: SecondCount[] = [];
  let begin: number | undefined;
  let dropped = 0;
  const fill = (): SecondCount => {
    begin ??= performance.now();
    const index = Math.floor((performance.now() - begin) / 1_000);
    // A second in which nobody was answered is what a viewer has to see.
    while (seconds.length + dropped <= index) {
      seconds.push({ answered: 0, failed: 0, longestMilliseconds: 0 });
      if (seconds.length > SHOWN_SECONDS) {
        seconds.shift();
        dropped += 1;
      }
    }
    return seconds.at(-1) as SecondCount;
  };
  const count = (of: ReadonlyArray<string>, kind: keyof ServiceCount): void => {
    for (const name of of) {
      const service = services[name];
      if (service !== undefined) service[kind] += 1;
    }
  };
  return {
    answered(milliseconds, asked) {
      const second = fill();
      second.answered += 1;
      second.longestMilliseconds = Math.max(second.longestMilliseconds, milliseconds);
      total.answered += 1;
      count(asked, 'answered');
    },
    failed(failure) {
      fill().failed += 1;
      total.failed += 1;
      count(failure.failed, 'failed');
      // The other services' parts of the same answer came.
      count(
        failure.services.filter((name) => !failure.failed.includes(name)),
        'answered',
      );
    },
    counts: () => ({ ...total, services, seconds }),
  };
}
