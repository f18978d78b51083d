import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './test-schedule.js';
import type { EventPage, EventTransport } from './transport.js';

/** Switches the faults of a run off at its end. */
export interface Faults {
  readonly random: Random;
  rate: number;
}

/** Carries pages badly: some come twice, late, after the one behind them, not at all, and connections end. */
export function createFaultyTransport(inner: EventTransport, faults: Faults): EventTransport {
  return {
    ...inner,
    async *follow(options) {
      let late: EventPage | undefined;
      for await (const page of inner.follow(options)) {
        const fault = faults.random.chance(faults.rate) ? faults.random.below(5) : -1;
        switch (fault) {
          case 0:
            yield page;
            yield page;
            break;
          case 1:
            late = page;
            break;
          case 2:
            await sleep(faults.random.below(10));
            yield page;
            break;
          case 3:
            break;
          case 4:
            throw new Error('the transport of the test failed');
          default:
            yield page;
        }
        if (late !== undefined && late !== page) {
          yield late;
          late = undefined;
        }
      }
    },
  };
}
