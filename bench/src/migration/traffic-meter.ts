import type { TrafficObserver } from '@supergraph/cli';
import { quantile } from '../report/measurement.js';

/** What clients noticed during a stretch of time. */
export interface Stretch {
  readonly seconds: number;
  readonly requestsPerSecond: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  readonly longestMilliseconds: number;
}

/** Hears what becomes of each request of the traffic, and sums stretches up. */
export interface TrafficMeter extends TrafficObserver {
  /** What was answered from the begin to the end of some work. */
  during(work: () => Promise<unknown>): Promise<Stretch>;
}

export function openTrafficMeter(): TrafficMeter {
  const stretches = new Set<number[]>();
  return {
    answered(milliseconds) {
      for (const took of stretches) took.push(milliseconds);
    },
    // The traffic itself keeps them.
    failed() {},
    async during(work) {
      const took: number[] = [];
      stretches.add(took);
      const begin = performance.now();
      try {
        await work();
      } finally {
        stretches.delete(took);
      }
      const seconds = (performance.now() - begin) / 1_000;
      return {
        seconds,
        requestsPerSecond: took.length / seconds,
        p50Milliseconds: quantile(took, 0.5),
        p99Milliseconds: quantile(took, 0.99),
        longestMilliseconds: Math.max(...took),
      };
    },
  };
}
