import { describe, expect, it } from '@jest/globals';
import { Slots } from './slots.js';

const LONG = 60_000;

describe('slots', () => {
  it('are given as long as there are some, then in the order of waiting', async () => {
    const slots = new Slots({ atOnce: 1, waiting: 2, waitMilliseconds: LONG });
    expect(slots.tryTake()).toBe(true);
    expect(slots.tryTake()).toBe(false);
    const order: string[] = [];
    const first = slots.wait().then((refusal) => order.push(`first ${refusal}`));
    const second = slots.wait().then((refusal) => order.push(`second ${refusal}`));
    expect(slots.isFull).toBe(true);
    expect(await slots.wait()).toBe('full');
    slots.release();
    await first;
    slots.release();
    await second;
    expect(order).toEqual(['first undefined', 'second undefined']);
    slots.release();
    expect([slots.taken, slots.waiting]).toEqual([0, 0]);
  });

  it('are refused to who has waited long enough, and to nobody else', async () => {
    const slots = new Slots({ atOnce: 1, waiting: 5, waitMilliseconds: LONG });
    slots.tryTake();
    const patient = slots.wait();
    expect(await slots.wait(10)).toBe('late');
    slots.release();
    expect(await patient).toBeUndefined();
  });

  it('are not kept for who has left', async () => {
    const slots = new Slots({ atOnce: 1, waiting: 5, waitMilliseconds: LONG });
    slots.tryTake();
    let leave = (): void => undefined;
    const leaving = slots.wait(LONG, (abandon) => {
      leave = abandon;
      return () => undefined;
    });
    leave();
    expect(await leaving).toBe('abandoned');
    slots.release();
    expect([slots.taken, slots.waiting]).toEqual([0, 0]);
  });

  it('become more and fewer while they are in use', async () => {
    const slots = new Slots({ atOnce: 3, waiting: 5, waitMilliseconds: LONG });
    slots.tryTake();
    slots.tryTake();
    slots.atOnce = 1;
    const waiting = slots.wait();
    slots.release();
    expect([slots.taken, slots.waiting]).toEqual([1, 1]);
    slots.atOnce = 2;
    expect(await waiting).toBeUndefined();
    expect(slots.taken).toBe(2);
  });
});
