import { describeCause } from '@supergraph/platform/errors';
import type { Logger } from '@supergraph/platform/telemetry';
import {
  ProviderUnavailableError,
  type ChargeOrder,
  type PaymentProvider,
  type ProviderAnswer,
} from './payment-provider.js';
import { behaviourFor, type TestBehaviour } from './test-behaviour.js';
import type { BookedOrder, TestProviderBooks } from './test-provider-books.js';
import type { ProviderEvent } from './webhook-event.js';

/** What the test provider is made of. */
export interface TestProviderOptions {
  readonly books: TestProviderBooks;
  /** Sends a signed webhook. */
  readonly deliver: (event: ProviderEvent) => Promise<void>;
  readonly logger: Logger;
  /** How long a late outcome is unknown, in milliseconds; its webhook is sent then. */
  readonly lateMilliseconds: number;
  /** How long a lost answer is waited for, in milliseconds. */
  readonly timeoutMilliseconds: number;
}

const DECLINED = 'insufficient funds';

/**
 * A provider that moves no money and whose every answer follows from the order's description, as
 * docs/payments-test-provider.md lists. It keeps books of its own, so that what it did outlives a crash of this service.
 */
export function createTestProvider(options: TestProviderOptions): PaymentProvider {
  const { books, deliver, logger } = options;
  const timers = new Set<NodeJS.Timeout>();
  const later = (milliseconds: number, work: () => Promise<void>): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work().catch((error: unknown) => {
        logger.warn({ cause: describeCause(error) }, 'a webhook of the test provider did not arrive');
      });
    }, milliseconds);
    timers.add(timer);
  };

  const carryOut = async (order: ChargeOrder, chargeKey: string | null): Promise<ProviderAnswer> => {
    const behaviour = behaviourFor(order.description);
    const isLate = behaviour.telling === 'webhook' && chargeKey === null;
    const knownFrom = new Date(Date.now() + (isLate ? options.lateMilliseconds : 0));
    const { key, amount, currency } = order;
    const booked = await books.add({
      key,
      amount,
      currency,
      chargeKey,
      outcome: behaviour.outcome,
      knownFrom,
    });
    if (booked.isNew && chargeKey === null) {
      sendWebhooks(booked.order, behaviour);
    }
    if (booked.isNew && behaviour.telling === 'silence') {
      await new Promise((resolve) => setTimeout(resolve, options.timeoutMilliseconds));
      throw new ProviderUnavailableError('The provider did not answer in time.');
    }
    return answerOf(booked.order);
  };

  const sendWebhooks = (order: BookedOrder, { webhooks }: TestBehaviour): void => {
    const event = toEvent(order);
    for (let sent = 0; sent < webhooks; sent += 1) {
      later(Math.max(order.knownFrom.getTime() - Date.now(), 0), () => deliver(event));
    }
  };

  return {
    charge: (order) => carryOut(order, null),
    refund: (order) => carryOut(order, order.chargeKey),
    async find(key) {
      const order = await books.find(key);
      return order === null ? { type: 'unknown' } : answerOf(order);
    },
    async stop() {
      timers.forEach(clearTimeout);
      timers.clear();
    },
  };
}

function answerOf({ key, outcome, knownFrom }: BookedOrder): ProviderAnswer {
  if (knownFrom > new Date()) {
    return { type: 'pending' };
  }
  return outcome === 'SUCCEEDED'
    ? { type: 'succeeded', reference: `test-${key}` }
    : { type: 'declined', reason: DECLINED };
}

function toEvent({ key, outcome }: BookedOrder): ProviderEvent {
  return outcome === 'SUCCEEDED'
    ? { id: `test-event-${key}`, type: 'charge.succeeded', key, reference: `test-${key}` }
    : { id: `test-event-${key}`, type: 'charge.declined', key, reason: DECLINED };
}
