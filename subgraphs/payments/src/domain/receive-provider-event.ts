import { isUuid } from '@supergraph/platform/validation';
import type { ProviderEvent } from '../provider/webhook-event.js';
import type { EventTaken } from '../store/provider-events.js';
import { settlementOf, type ProcessingContext } from './process-payments.js';

/**
 * Does what a webhook of the provider says, once, however often and in whatever order events come: a payment that has
 * ended stays as it is.
 */
export async function receiveProviderEvent(
  { store, logger }: Pick<ProcessingContext, 'store' | 'logger'>,
  event: ProviderEvent,
): Promise<EventTaken> {
  const id = isUuid(event.key) ? event.key.toLowerCase() : null;
  const payment = id === null ? undefined : (await store.payments.findMany([id])).get(id);
  const settlement =
    payment === undefined
      ? undefined
      : settlementOf(
          payment,
          event.type === 'charge.succeeded'
            ? { type: 'succeeded', reference: event.reference }
            : { type: 'declined', reason: event.reason },
        );
  const taken = await store.providerEvents.take({
    eventId: event.id,
    type: event.type,
    key: event.key,
    payment: payment === undefined || settlement === undefined ? null : { id: payment.id, settlement },
  });
  const contradicts =
    taken.type === 'ignored' && (taken.status === 'FAILED') !== (event.type === 'charge.declined');
  if (contradicts) {
    logger.error(
      { paymentId: payment?.id, status: taken.status, eventId: event.id, eventType: event.type },
      'the provider contradicts what it said before: somebody must look at this payment',
    );
  }
  return taken;
}
