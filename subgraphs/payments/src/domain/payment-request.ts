import { createHash } from 'node:crypto';
import {
  invalidInput,
  isUuid,
  line,
  paragraph,
  validate,
  type InvalidInput,
} from '@supergraph/platform/validation';
import { z } from 'zod';
import type { PaymentType } from '../store/records.js';
import { canonicalJson } from './canonical-json.js';
import { metadataType, type Metadata } from './metadata.js';
import { parseMoney, type Money } from './money.js';

/** A request for a payment that keeps every rule that does not depend on the time or on others. */
export interface PaymentRequest {
  readonly idempotencyKey: string;
  readonly money: Money;
  readonly type: PaymentType;
  readonly recipientId: string | null;
  readonly description: string | null;
  readonly metadata: Metadata | null;
  readonly scheduledFor: Date | null;
}

/** Null and absent mean the same. */
export const absentToNull = <Value>(value: Value | null | undefined): Value | null => value ?? null;

/** What every request for money says: how much, to whom and what for. */
export const payeeFields = {
  amount: z.object({ amount: z.string(), currency: z.string() }).transform((money, context) => {
    const parsed = parseMoney(money);
    if (parsed.type === 'money') {
      return parsed.money;
    }
    for (const { path, message } of parsed.fields) {
      context.addIssue({ code: 'custom', path: [path], message });
    }
    return z.NEVER;
  }),
  recipientId: z
    .string()
    .refine(isUuid, 'must be a UUID, as the graph gives them')
    .transform((id) => id.toLowerCase())
    .nullish()
    .transform(absentToNull),
  description: paragraph(500).nullish().transform(absentToNull),
  metadata: metadataType.nullish().transform(absentToNull),
} as const;

const requestType = z
  .object({
    idempotencyKey: line(200),
    ...payeeFields,
    type: z.enum(['INSTANT', 'SCHEDULED', 'RECURRING']),
    scheduledFor: z.date().nullish().transform(absentToNull),
  })
  .superRefine(({ type, scheduledFor }, context) => {
    if ((type === 'SCHEDULED') !== (scheduledFor !== null)) {
      const message =
        type === 'SCHEDULED' ? 'is needed for a SCHEDULED payment' : `must be absent: the payment is ${type}`;
      context.addIssue({ code: 'custom', path: ['scheduledFor'], message });
    }
  });

/** An input as GraphQL gives it. */
export type PaymentInput = z.input<typeof requestType>;

/** Checks the rules of a new payment that hold at any time, and gives it in one canonical form. */
export function parsePaymentRequest(
  input: PaymentInput,
  payerId: string,
): { readonly type: 'valid'; readonly value: PaymentRequest } | InvalidInput {
  const checked = validate(requestType, input);
  if (checked.type === 'invalidInput') {
    return checked;
  }
  const { amount, ...request } = checked.value;
  return refusePayingOneself(request, payerId) ?? { type: 'valid', value: { ...request, money: amount } };
}

/** Says so when payer and recipient are one. */
export function refusePayingOneself(
  { recipientId }: { readonly recipientId: string | null },
  payerId: string,
): InvalidInput | undefined {
  return recipientId === payerId
    ? invalidInput([{ path: 'recipientId', message: 'must be somebody else than the payer' }])
    : undefined;
}

/** Says when a payment is due too early: not a rule of the request itself, since a replay may come later. */
export function findScheduleMistake(request: PaymentRequest, now: Date): InvalidInput | undefined {
  return request.scheduledFor !== null && request.scheduledFor <= now
    ? invalidInput([{ path: 'scheduledFor', message: 'must be in the future' }])
    : undefined;
}

/**
 * The fingerprint by which a repeated request is told from another one under the same key: equal for requests
 * that mean the same, such as `12.5` and `12.50`.
 *
 * @returns SHA-256 in base64url
 */
export function hashPaymentRequest({
  idempotencyKey: _key,
  scheduledFor,
  ...request
}: PaymentRequest): string {
  const text = canonicalJson({ ...request, scheduledFor: scheduledFor?.toISOString() ?? null });
  return createHash('sha256').update(text).digest('base64url');
}
