import { describe, expect, it } from '@jest/globals';
import { SettledWatermark } from './watermark.js';

describe('SettledWatermark', () => {
  it('waits for the transactions of its look, and not for those that came later', () => {
    const watermark = new SettledWatermark();
    watermark.observe({ last: 5n, holders: ['a', 'b'] });
    watermark.observe({ last: 8n, holders: ['b', 'c'] });
    expect(watermark.settled).toBe(0n);
    watermark.observe({ last: 9n, holders: ['c', 'd'] });
    expect(watermark.settled).toBe(5n);
    watermark.observe({ last: 9n, holders: ['d'] });
    expect(watermark.settled).toBe(8n);
    expect(watermark.isPending).toBe(true);
    watermark.observe({ last: 9n, holders: ['e'] });
    expect(watermark.settled).toBe(9n);
    expect(watermark.isPending).toBe(false);
  });

  it('catches up at once when nobody holds the lock', () => {
    const watermark = new SettledWatermark();
    watermark.observe({ last: 5n, holders: ['a'] });
    watermark.observe({ last: 7n, holders: [] });
    expect(watermark.settled).toBe(7n);
  });

  it('goes on, in bounded memory, when a transaction lasts through a thousand looks', () => {
    const watermark = new SettledWatermark();
    watermark.observe({ last: 1n, holders: ['slow'] });
    for (let last = 2; last <= 1_000; last += 1) {
      watermark.observe({ last: BigInt(last), holders: ['slow', `quick ${last}`] });
    }
    expect(watermark.settled).toBe(0n);
    watermark.observe({ last: 1_000n, holders: ['another'] });
    expect(watermark.settled).toBeGreaterThan(0n);
    watermark.observe({ last: 1_000n, holders: ['another'] });
    watermark.observe({ last: 1_000n, holders: [] });
    expect(watermark.settled).toBe(1_000n);
  });

  it('forgets everything and says so when the log goes back', () => {
    const watermark = new SettledWatermark();
    expect(watermark.observe({ last: 9n, holders: [] })).toBe(true);
    expect(watermark.observe({ last: 3n, holders: [] })).toBe(false);
    expect(watermark.settled).toBe(0n);
    expect(watermark.observe({ last: 3n, holders: [] })).toBe(true);
    expect(watermark.settled).toBe(3n);
  });
});
