import { describe, expect, it } from '@jest/globals';
import type { PaymentStatus } from '../store/records.js';
import { mayGo, TRANSITIONS } from './transitions.js';

const statuses = Object.keys(TRANSITIONS) as PaymentStatus[];

describe('the table of transitions', () => {
  it('lets exactly these ways', () => {
    const ways = statuses.flatMap((from) =>
      statuses.filter((to) => mayGo(from, to)).map((to) => `${from} ${to}`),
    );
    expect(ways).toEqual([
      'PENDING PROCESSING',
      'PENDING CANCELLED',
      'PROCESSING COMPLETED',
      'PROCESSING FAILED',
      'COMPLETED PARTIALLY_REFUNDED',
      'COMPLETED REFUNDED',
      'PARTIALLY_REFUNDED PARTIALLY_REFUNDED',
      'PARTIALLY_REFUNDED REFUNDED',
    ]);
  });

  it('lets nothing leave an end', () => {
    for (const end of ['FAILED', 'CANCELLED', 'REFUNDED'] as const) {
      expect(statuses.filter((to) => mayGo(end, to))).toEqual([]);
    }
  });
});
