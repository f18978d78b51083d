import { requireUser } from '@supergraph/platform/identity';
import { paragraph, requireUuid, validate, type InvalidInput } from '@supergraph/platform/validation';
import { z } from 'zod';
import { doerOf, type DomainContext } from './context.js';
import type { IllegalTransition, PaymentGiven, PaymentNotFound } from './outcomes.js';
import { mayGo } from './transitions.js';
import { seesEverything } from './visibility.js';

const cancellation = z.object({ reason: paragraph(500).nullish() });

/**
 * Calls off a payment that was not yet handed to the provider: its payer, or an ADMIN. Who is paid cannot, and
 * gets the same answer as for a payment that does not exist.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED` or `INVALID_ID`
 */
export async function cancelPayment(
  context: DomainContext,
  input: { readonly paymentId: string; readonly reason?: string | null | undefined },
): Promise<PaymentGiven | PaymentNotFound | IllegalTransition | InvalidInput> {
  const { viewer, store } = context;
  const { userId } = requireUser(viewer);
  const id = requireUuid(input.paymentId, 'paymentId');
  const checked = validate(cancellation, { reason: input.reason });
  if (checked.type === 'invalidInput') {
    return checked;
  }
  const changed = await store.payments.cancel(
    {
      id,
      payerId: seesEverything(viewer) ? null : userId,
      reason: checked.value.reason ?? null,
      mayGo,
    },
    doerOf(context),
  );
  switch (changed.type) {
    case 'cancelled':
      return { type: 'payment', payment: changed.payment };
    case 'refused':
      return { type: 'illegalTransition', from: changed.from, to: 'CANCELLED' };
    case 'notFound':
      return { type: 'paymentNotFound' };
  }
}
