import { describe, expect, it } from '@jest/globals';
import { Breaker, BREAKER_WINDOW } from './breaker.js';

const never = (): Promise<never> => new Promise<never>(() => undefined);

/** Waits for a state that a probe brings. */
async function until(breaker: Breaker, state: Breaker['state']): Promise<void> {
  while (breaker.state !== state) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('a breaker', () => {
  it('opens with the failure that is one too many among the last answers, not before', () => {
    const breaker = new Breaker({ failures: 5 }, never);
    for (let count = 0; count < 4; count += 1) {
      breaker.failed();
      breaker.succeeded();
    }
    expect(breaker.state).toBe('closed');
    breaker.failed();
    expect([breaker.state, breaker.admits]).toEqual(['open', false]);
    breaker.stop();
  });

  it('forgets failures that lie further back than its window', () => {
    const breaker = new Breaker({ failures: 2 }, never);
    for (let round = 0; round < 3; round += 1) {
      breaker.failed();
      for (let count = 0; count < BREAKER_WINDOW; count += 1) {
        breaker.succeeded();
      }
    }
    expect(breaker.state).toBe('closed');
  });

  it('never opens when it is told never to', () => {
    const breaker = new Breaker({ failures: 0 }, never);
    for (let count = 0; count < 100; count += 1) {
      breaker.failed();
    }
    expect(breaker.state).toBe('closed');
  });

  it('lets one request through at a time once a probe was answered, and opens again when that one fails', async () => {
    let probes = 0;
    const breaker = new Breaker({ failures: 1 }, () =>
      (probes += 1) === 1 ? Promise.reject(new Error('away')) : Promise.resolve(),
    );
    breaker.failed();
    await until(breaker, 'half-open');
    expect([probes, breaker.admits]).toEqual([2, true]);
    breaker.begin();
    expect(breaker.admits).toBe(false);
    breaker.toldNothing();
    expect(breaker.admits).toBe(true);
    breaker.begin();
    breaker.failed();
    expect(breaker.state).toBe('open');
    await until(breaker, 'half-open');
    breaker.begin();
    breaker.succeeded();
    expect([breaker.state, breaker.admits]).toEqual(['closed', true]);
    breaker.failed();
    expect(breaker.state).toBe('open');
    breaker.stop();
  });
});
