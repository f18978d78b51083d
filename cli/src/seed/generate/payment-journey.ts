import { partOf } from './money.js';
import type { Random } from './random.js';
import { DAY, END, HOUR, MINUTE, SECOND } from './timeline.js';

export type PaymentStatus =
  'PENDING' | 'PROCESSING' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'PARTIALLY_REFUNDED' | 'REFUNDED';

/** One change of a payment's status, at a moment in milliseconds since the epoch. */
export interface Step {
  readonly from: PaymentStatus | null;
  readonly to: PaymentStatus;
  readonly reason: string | null;
  readonly occurredAt: number;
}

/** What a payment's journey depends on. */
export interface Departure {
  readonly createdAt: number;
  readonly scheduledFor: number | null;
  readonly amount: string;
  readonly currency: string;
}

const WHY_FAILED = [
  'insufficient funds',
  'insufficient funds',
  'declined by the bank',
  'card expired',
  'no answer from the bank',
];
const WHY_CANCELLED = ['ordered twice', 'changed my mind', 'wrong recipient', 'paid in cash instead'];
const WHY_REFUNDED = ['item returned', 'out of stock', 'event called off', 'charged by mistake'];

/**
 * What became of a payment until the end of the period: its changes of status in their order, each later than the
 * one before, by the state machine of payments.
 */
export function journeyOf(departure: Departure, random: Random): ReadonlyArray<Step> {
  const { createdAt, scheduledFor } = departure;
  const journey = new Journey(createdAt);
  const due = scheduledFor ?? createdAt + random.between(SECOND, 6 * SECOND);
  if (random.chance(due > END ? 0.25 : 0.045)) {
    const until = Math.min(scheduledFor ?? createdAt + HOUR, END);
    const moment = createdAt + SECOND + Math.floor(random.next() * (until - createdAt - SECOND));
    journey.go('CANCELLED', moment, random.pick(WHY_CANCELLED));
    return journey.steps;
  }
  // Of the last days' payments some are still waiting.
  if ((END - due < 3 * DAY && random.chance(0.4)) || !journey.go('PROCESSING', due)) {
    return journey.steps;
  }
  const slow = END - due < 3 * DAY || random.chance(0.04);
  const settledAt = due + random.between(SECOND, slow ? 3 * DAY : 2 * MINUTE);
  if (random.chance(0.06)) {
    journey.go('FAILED', settledAt, random.pick(WHY_FAILED));
  } else if (journey.go('COMPLETED', settledAt) && random.chance(0.065)) {
    refund(journey, departure, settledAt, random);
  }
  return journey.steps;
}

function refund(journey: Journey, { amount, currency }: Departure, paidAt: number, random: Random): void {
  const moment = paidAt + random.between(HOUR, 20 * DAY);
  const why = random.pick(WHY_REFUNDED);
  if (random.chance(0.5) || amount === '1') {
    journey.go('REFUNDED', moment, why);
    return;
  }
  const part = partOf(amount, random.between(1, 8) / 10);
  const partly = journey.go('PARTIALLY_REFUNDED', moment, `${why}: ${part} ${currency} paid back`);
  if (partly && random.chance(0.2)) {
    journey.go('REFUNDED', moment + random.between(HOUR, 5 * DAY), `${why}: the rest paid back`);
  }
}

class Journey {
  readonly steps: Step[];

  constructor(createdAt: number) {
    this.steps = [{ from: null, to: 'PENDING', reason: null, occurredAt: createdAt }];
  }

  /** Adds a step, unless it comes after the end of the period. */
  go(to: PaymentStatus, occurredAt: number, reason: string | null = null): boolean {
    if (occurredAt >= END) {
      return false;
    }
    this.steps.push({ from: this.steps.at(-1)?.to ?? null, to, reason, occurredAt });
    return true;
  }
}
