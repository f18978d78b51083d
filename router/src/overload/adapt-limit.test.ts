import { describe, expect, it } from '@jest/globals';
import { adaptLimit } from './adapt-limit.js';

const LATE = 500;

describe('the limit of requests under way', () => {
  it('sinks below what is under way as long as the event loop is late, and never to nothing', () => {
    let limit = 1_000;
    limit = adaptLimit({ limit, maximum: 1_000, inFlight: 400, waiting: 0, standingDelayMilliseconds: LATE });
    expect(limit).toBe(360);
    for (let count = 0; count < 100; count += 1) {
      limit = adaptLimit({
        limit,
        maximum: 1_000,
        inFlight: limit,
        waiting: 9,
        standingDelayMilliseconds: LATE,
      });
    }
    expect(limit).toBe(32);
    const few = { limit: 4, maximum: 4, inFlight: 4, waiting: 9, standingDelayMilliseconds: LATE };
    expect(adaptLimit(few)).toBe(4);
  });

  it('rises again to the maximum, and stays there', () => {
    let limit = 32;
    for (let count = 0; count < 400; count += 1) {
      limit = adaptLimit({ limit, maximum: 500, inFlight: limit, waiting: 3, standingDelayMilliseconds: 0 });
    }
    expect(limit).toBe(500);
  });
});
