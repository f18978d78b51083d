import { isUniqueViolation } from '@supergraph/platform/database';
import type { Outbox } from '@supergraph/platform/events';
import { v7 as uuidv7 } from 'uuid';
import type { PrismaClient } from '../generated/prisma/client.js';
import { settleIn, type Settlement } from './payment-processing.js';
import type { PaymentStatus } from './records.js';

/** A webhook about a payment. */
export interface ReceivedEvent {
  readonly eventId: string;
  readonly type: string;
  readonly key: string;
  /** The payment that it is about, and how that ends by it; null when there is no such payment. */
  readonly payment: { readonly id: string; readonly settlement: Settlement } | null;
}

/** What became of a {@link ReceivedEvent}; with the payment's status when there was nothing to do any more. */
export type EventTaken =
  | { readonly type: 'applied' | 'duplicate' | 'tooEarly' | 'unknownPayment' }
  | { readonly type: 'ignored'; readonly status: PaymentStatus };

/** Table `provider_events`. */
export interface ProviderEventStore {
  /** Keeps the event and does what it says in one transaction, once. One that came too early is not kept. */
  take(event: ReceivedEvent): Promise<EventTaken>;
}

export function createProviderEventStore(prisma: PrismaClient, outbox: Outbox): ProviderEventStore {
  return {
    async take({ payment, ...event }) {
      try {
        return await prisma.$transaction(async (transaction): Promise<EventTaken> => {
          const seen = await transaction.providerEvent.count({ where: { eventId: event.eventId } });
          if (seen > 0) {
            return { type: 'duplicate' };
          }
          const status =
            payment === null
              ? 'notFound'
              : await settleIn(transaction, outbox, payment.id, payment.settlement);
          if (status === 'PENDING') {
            return { type: 'tooEarly' };
          }
          const effect = status === 'settled' ? 'APPLIED' : 'IGNORED';
          await transaction.providerEvent.create({
            data: { id: uuidv7(), ...event, effect },
            select: { id: true },
          });
          if (status === 'settled') {
            return { type: 'applied' };
          }
          return status === 'notFound' ? { type: 'unknownPayment' } : { type: 'ignored', status };
        });
      } catch (error) {
        // Another delivery of the same moment was first: the index on the event's id undid this one.
        if (isUniqueViolation(error)) {
          return { type: 'duplicate' };
        }
        throw error;
      }
    },
  };
}
