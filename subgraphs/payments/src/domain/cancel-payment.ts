import { ApplicationError } from '@supergraph/platform/errors';
import { requireUser } from '@supergraph/platform/identity';
import { paragraph, requireUuid, validate } from '@supergraph/platform/validation';
import type { DomainContext } from './context.js';
import type { IllegalTransition, PaymentGiven, PaymentNotFound } from './outcomes.js';
import { mayGo } from './transitions.js';
import { seesEverything } from './visibility.js';

const reasonType = paragraph(500).nullish();

/**
 * Calls off a payment that was not yet handed to the provider: its payer, or an ADMIN. Who is paid cannot, and
 * gets the same answer as for a payment that does not exist.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED`, `INVALID_ID`, or `BAD_USER_INPUT` for a reason that breaks a rule
 */
export async function cancelPayment(
  { viewer, store }: DomainContext,
  input: { readonly paymentId: string; readonly reason?: string | null | undefined },
): Promise<PaymentGiven | PaymentNotFound | IllegalTransition> {
  const { userId } = requireUser(viewer);
  const id = requireUuid(input.paymentId, 'paymentId');
  const reason = validate(reasonType, input.reason);
  if (reason.type === 'invalidInput') {
    throw new ApplicationError(
      'BAD_USER_INPUT',
      `\`reason\` ${reason.fields[0]?.message ?? 'breaks a rule'}.`,
    );
  }
  const changed = await store.payments.changeStatus({
    id,
    payerId: seesEverything(viewer) ? null : userId,
    to: 'CANCELLED',
    reason: reason.value ?? null,
    mayGo,
  });
  switch (changed.type) {
    case 'changed':
      return { type: 'payment', payment: changed.payment };
    case 'refused':
      return { type: 'illegalTransition', from: changed.from, to: 'CANCELLED' };
    case 'notFound':
      return { type: 'paymentNotFound' };
  }
}
