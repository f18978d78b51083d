import { createHash } from 'node:crypto';
import { requireUser } from '@supergraph/platform/identity';
import {
  invalidInput,
  line,
  paragraph,
  requireUuid,
  validate,
  type InvalidInput,
} from '@supergraph/platform/validation';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { PaymentRecord } from '../store/records.js';
import { canonicalJson } from './canonical-json.js';
import { doerOf, type DomainContext } from './context.js';
import { parseMoney } from './money.js';
import type {
  IdempotencyConflict,
  IllegalTransition,
  PaymentNotFound,
  RefundExceeds,
  RefundGiven,
  RefundNotAllowed,
} from './outcomes.js';
import { settleRefund } from './settle-refunds.js';
import { mayGo } from './transitions.js';
import { mayRefundPayment, maySeePayment } from './visibility.js';

/** An input as GraphQL gives it. */
export interface RefundInput {
  readonly paymentId: string;
  readonly amount?: string | null | undefined;
  readonly reason?: string | null | undefined;
  readonly idempotencyKey: string;
}

type Refusal =
  PaymentNotFound | RefundNotAllowed | RefundExceeds | IllegalTransition | IdempotencyConflict | InvalidInput;

const requestType = z.object({ reason: paragraph(500).nullish(), idempotencyKey: line(200) });

/**
 * Pays back a payment, wholly or in part. The refund is set aside, and that is committed, before the provider hears
 * of it; when the provider does not answer it stays PENDING and the worker settles it. The same key with the same
 * request gives the refund that the first one made.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED` or `INVALID_ID`
 */
export async function refundPayment(
  context: DomainContext,
  input: RefundInput,
): Promise<RefundGiven | Refusal> {
  const { viewer, store } = context;
  const { userId } = requireUser(viewer);
  const paymentId = requireUuid(input.paymentId, 'paymentId');
  const checked = validate(requestType, { reason: input.reason, idempotencyKey: input.idempotencyKey });
  if (checked.type === 'invalidInput') {
    return checked;
  }
  const payment = (await store.payments.findMany([paymentId])).get(paymentId);
  if (payment === undefined || !maySeePayment(viewer, payment)) {
    return { type: 'paymentNotFound' };
  }
  if (!mayRefundPayment(viewer, payment)) {
    return { type: 'refundNotAllowed' };
  }
  const amount = readAmount(input.amount, payment);
  if (typeof amount === 'object' && amount !== null) {
    return amount;
  }
  const { idempotencyKey, reason = null } = checked.value;
  const requestHash = hashRequest({ paymentId, amount, reason });
  const doer = doerOf(context);
  const added = await store.refunds.add(
    {
      id: uuidv7(),
      paymentId,
      amount,
      reason,
      requestedBy: userId,
      idempotencyKey,
      requestHash,
      processAfter: new Date(Date.now() + context.leaseMilliseconds),
      mayRefund: (from) => mayGo(from, 'REFUNDED'),
    },
    doer,
  );
  switch (added.type) {
    case 'added':
      return { type: 'refund', refund: await settleRefund(context, added.refund, doer) };
    // A token may outlive its person for some minutes: there is nobody any more who could ask.
    case 'erased':
      return { type: 'paymentNotFound' };
    case 'keyTaken':
      return answerAgain(context, userId, idempotencyKey, requestHash);
    case 'refused':
      return { type: 'illegalTransition', from: added.from, to: 'REFUNDED' };
    case 'exceeds':
      return { type: 'refundExceeds', remaining: { amount: added.remaining, currency: payment.currency } };
  }
}

async function answerAgain(
  { store }: DomainContext,
  userId: string,
  idempotencyKey: string,
  requestHash: string,
): Promise<RefundGiven | IdempotencyConflict> {
  const before = await store.refunds.findByKey(userId, idempotencyKey);
  if (before === null) {
    throw new Error('an idempotency key is taken by a refund that is not there');
  }
  return before.requestHash === requestHash
    ? { type: 'refund', refund: before.refund }
    : { type: 'idempotencyConflict' };
}

/** Gives the amount in its one canonical form, null for all that is left, or what is wrong with it. */
function readAmount(
  amount: string | null | undefined,
  { currency }: PaymentRecord,
): string | null | InvalidInput {
  if (amount === null || amount === undefined) {
    return null;
  }
  const parsed = parseMoney({ amount, currency });
  return parsed.type === 'money' ? parsed.money.amount : invalidInput(parsed.fields);
}

function hashRequest(request: Readonly<Record<string, string | null>>): string {
  return createHash('sha256').update(canonicalJson(request)).digest('base64url');
}
