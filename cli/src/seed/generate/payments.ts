import { FAVOURS, FEES, SUBSCRIPTIONS, type Purchase } from './data/shops.js';
import { userIdOf } from './members.js';
import { amountFor, type Currency } from './money.js';
import { partiesAt, type Parties } from './parties.js';
import { journeyOf, type PaymentStatus, type Step } from './payment-journey.js';
import { regionOf, tradeOf } from './people.js';
import { Random } from './random.js';
import { DAY, HOUR, momentAt, whenGrowing } from './timeline.js';
import { uuidV7 } from './uuid.js';

export type PaymentType = 'INSTANT' | 'SCHEDULED' | 'RECURRING';

/** A row of payments' `payments` and what became of it. Times in milliseconds since the epoch. */
export interface GeneratedPayment {
  readonly id: string;
  readonly userId: string;
  readonly recipientId: string | null;
  readonly amount: string;
  readonly currency: Currency;
  readonly status: PaymentStatus;
  readonly type: PaymentType;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, string | number>> | null;
  readonly scheduledFor: number | null;
  readonly providerReference: string | null;
  readonly failureReason: string | null;
  readonly idempotencyKey: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly completedAt: number | null;
  readonly version: number;
  /** Its transitions, the oldest first. */
  readonly steps: ReadonlyArray<Step>;
  /** Which one of all it is. */
  readonly index: number;
}

/** Which one it is, counted from 0, among how many payments and how many users. */
export interface PaymentPlace {
  readonly index: number;
  readonly count: number;
  readonly userCount: number;
}

const CHANNELS = ['web', 'web', 'app', 'app', 'till'] as const;
/** Payments begin when the demo logins are there. */
const FIRST_PAYMENT = 0.01;
/** More than any journey has steps. */
const MOST_STEPS = 8;

/** The payment at one place. Those at later places were made later. */
export function paymentAt({ index, count, userCount }: PaymentPlace): GeneratedPayment {
  const random = new Random('payment', index);
  const share = (index + random.next()) / count;
  const createdAt = momentAt(FIRST_PAYMENT + (1 - FIRST_PAYMENT) * whenGrowing(share));
  const parties = partiesAt(createdAt, userCount, random);
  const type = typeOf(parties, random);
  const purchase = purchaseOf(parties, type, random);
  const currency = currencyOf(parties, random);
  const amount = amountFor(purchase.euros, currency, random);
  const scheduledFor = type === 'SCHEDULED' ? scheduleAfter(createdAt, random) : null;
  const steps = journeyOf({ createdAt, scheduledFor, amount, currency }, random);
  const reached = (status: PaymentStatus): Step | undefined => steps.find(({ to }) => to === status);
  const last = steps.at(-1);
  const id = uuidV7(createdAt, 'paymentId', index);
  return {
    id,
    userId: userIdOf(parties.payer),
    recipientId: parties.recipient === undefined ? null : userIdOf(parties.recipient),
    amount,
    currency,
    status: last?.to ?? 'PENDING',
    type,
    description: random.chance(0.93) ? fillDigits(purchase.description, random) : null,
    metadata: metadataOf(type, random),
    scheduledFor,
    providerReference:
      reached('PROCESSING') === undefined ? null : `test_${uuidV7(createdAt, 'providerReference', index)}`,
    failureReason: reached('FAILED')?.reason ?? null,
    idempotencyKey: uuidV7(createdAt, 'idempotencyKey', index),
    createdAt,
    updatedAt: last?.occurredAt ?? createdAt,
    completedAt: reached('COMPLETED')?.occurredAt ?? null,
    version: steps.length,
    steps,
    index,
  };
}

/** The id of a payment's step, counted from 0. */
export function transitionId({ index, steps }: GeneratedPayment, number: number): string {
  return uuidV7(steps[number]?.occurredAt ?? 0, 'transitionId', index * MOST_STEPS + number);
}

/** So many payments among so many users, the oldest first: no more than one is in memory. */
export function* payments(count: number, userCount: number): Generator<GeneratedPayment> {
  for (let index = 0; index < count; index += 1) {
    yield paymentAt({ index, count, userCount });
  }
}

function typeOf({ recipient }: Parties, random: Random): PaymentType {
  const draw = random.next();
  if (recipient === undefined || draw < 0.72) {
    return 'INSTANT';
  }
  return draw < 0.88 ? 'SCHEDULED' : 'RECURRING';
}

function purchaseOf({ recipient }: Parties, type: PaymentType, random: Random): Purchase {
  if (recipient === undefined) {
    return random.pick(FEES);
  }
  const trade = tradeOf(recipient);
  if (trade === undefined) {
    return random.pick(FAVOURS);
  }
  return random.pick(type === 'RECURRING' ? SUBSCRIPTIONS : trade.purchases);
}

/** Mostly the payer's own, sometimes the one that is asked for. */
function currencyOf({ payer, recipient }: Parties, random: Random): Currency {
  return regionOf(random.chance(0.2) && recipient !== undefined ? recipient : payer).currency;
}

/** On a full hour within the next month. */
function scheduleAfter(createdAt: number, random: Random): number {
  return Math.ceil((createdAt + random.between(6 * HOUR, 30 * DAY)) / HOUR) * HOUR;
}

function metadataOf(type: PaymentType, random: Random): GeneratedPayment['metadata'] {
  if (type === 'RECURRING') {
    return { plan: 'monthly', instalment: random.between(1, 25) };
  }
  return random.chance(0.4)
    ? { orderId: `A-${random.between(10_000, 99_999)}`, channel: random.pick(CHANNELS) }
    : null;
}

function fillDigits(text: string, random: Random): string {
  return text.replace(/#/g, () => String(random.between(0, 10)));
}
