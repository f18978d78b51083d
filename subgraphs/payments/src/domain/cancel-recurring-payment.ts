import { requireUser } from '@supergraph/platform/identity';
import { paragraph, requireUuid, validate, type InvalidInput } from '@supergraph/platform/validation';
import { z } from 'zod';
import { doerOf, type DomainContext } from './context.js';
import type { RecurringPaymentEnded, RecurringPaymentGiven, RecurringPaymentNotFound } from './outcomes.js';
import { seesEverything } from './visibility.js';

const cancellation = z.object({ reason: paragraph(500).nullish() });

/**
 * Calls off a recurring payment: its payer, or an ADMIN. Who is paid cannot, and gets the same answer as for one that
 * does not exist. Doing it again gives it as it is.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED` or `INVALID_ID`
 */
export async function cancelRecurringPayment(
  context: DomainContext,
  input: { readonly recurringPaymentId: string; readonly reason?: string | null | undefined },
): Promise<RecurringPaymentGiven | RecurringPaymentNotFound | RecurringPaymentEnded | InvalidInput> {
  const { viewer, store } = context;
  const { userId } = requireUser(viewer);
  const id = requireUuid(input.recurringPaymentId, 'recurringPaymentId');
  const checked = validate(cancellation, { reason: input.reason });
  if (checked.type === 'invalidInput') {
    return checked;
  }
  const changed = await store.recurringPayments.cancel(
    { id, payerId: seesEverything(viewer) ? null : userId, reason: checked.value.reason ?? null },
    doerOf(context),
  );
  switch (changed.type) {
    case 'cancelled':
      return { type: 'recurringPayment', recurringPayment: changed.recurringPayment };
    case 'ended':
      return { type: 'recurringPaymentEnded', reason: changed.reason };
    case 'notFound':
      return { type: 'recurringPaymentNotFound' };
  }
}
