import { createHash } from 'node:crypto';
import { invalidInput, line, validate, type InvalidInput } from '@supergraph/platform/validation';
import { z } from 'zod';
import { canonicalJson } from './canonical-json.js';
import type { Metadata } from './metadata.js';
import type { Money } from './money.js';
import { absentToNull, payeeFields, refusePayingOneself } from './payment-request.js';
import type { Recurrence } from './recurrence.js';

/** A request for a recurring payment that keeps every rule that does not depend on the time or on others. */
export interface RecurringPaymentRequest {
  readonly idempotencyKey: string;
  readonly money: Money;
  readonly recipientId: string | null;
  readonly description: string | null;
  readonly metadata: Metadata | null;
  /** Without a first date it begins at once. */
  readonly recurrence: Omit<Recurrence, 'firstDueAt'> & { readonly firstDueAt: Date | null };
}

const MAXIMUM_EVERY = 366;
const MAXIMUM_OCCURRENCES = 10_000;
const MAXIMUM_YEARS_AHEAD = 10;

const wholeNumber = (maximum: number) => {
  const message = `must be a whole number from 1 to ${maximum.toLocaleString('en')}`;
  return z.number(message).int(message).min(1, message).max(maximum, message);
};

const recurrenceType = z
  .object({
    unit: z.enum(['DAY', 'WEEK', 'MONTH', 'YEAR']),
    every: wholeNumber(MAXIMUM_EVERY),
    firstDueAt: z.date().nullish().transform(absentToNull),
    occurrences: wholeNumber(MAXIMUM_OCCURRENCES).nullish().transform(absentToNull),
    endsAt: z.date().nullish().transform(absentToNull),
  })
  .superRefine(({ firstDueAt, occurrences, endsAt }, context) => {
    if (endsAt !== null && occurrences !== null) {
      context.addIssue({
        code: 'custom',
        path: ['endsAt'],
        message: 'must be absent when `occurrences` is given',
      });
    } else if (endsAt !== null && firstDueAt !== null && endsAt < firstDueAt) {
      context.addIssue({ code: 'custom', path: ['endsAt'], message: 'must not be before `firstDueAt`' });
    }
  });

const requestType = z.object({ idempotencyKey: line(200), ...payeeFields, recurrence: recurrenceType });

/** An input as GraphQL gives it. */
export type RecurringPaymentInput = z.input<typeof requestType>;

/** Checks the rules of a new recurring payment that hold at any time, and gives it in one canonical form. */
export function parseRecurringPaymentRequest(
  input: RecurringPaymentInput,
  payerId: string,
): { readonly type: 'valid'; readonly value: RecurringPaymentRequest } | InvalidInput {
  const checked = validate(requestType, input);
  if (checked.type === 'invalidInput') {
    return checked;
  }
  const { amount, ...request } = checked.value;
  return refusePayingOneself(request, payerId) ?? { type: 'valid', value: { ...request, money: amount } };
}

/** Says what is wrong with the dates at this moment: not a rule of the request itself, since a replay may come later. */
export function findRecurrenceMistake(
  { recurrence: { firstDueAt, endsAt } }: RecurringPaymentRequest,
  now: Date,
): InvalidInput | undefined {
  const latest = new Date(now);
  latest.setUTCFullYear(now.getUTCFullYear() + MAXIMUM_YEARS_AHEAD);
  if (firstDueAt !== null && firstDueAt <= now) {
    return invalidInput([{ path: 'recurrence.firstDueAt', message: 'must be in the future' }]);
  }
  if (firstDueAt !== null && firstDueAt > latest) {
    const message = `must be within ${MAXIMUM_YEARS_AHEAD} years`;
    return invalidInput([{ path: 'recurrence.firstDueAt', message }]);
  }
  return endsAt !== null && endsAt <= now
    ? invalidInput([{ path: 'recurrence.endsAt', message: 'must be in the future' }])
    : undefined;
}

/**
 * The fingerprint by which a repeated request is told from another one under the same key.
 *
 * @returns SHA-256 in base64url
 */
export function hashRecurringPaymentRequest({
  idempotencyKey: _key,
  recurrence,
  ...request
}: RecurringPaymentRequest): string {
  const { firstDueAt, endsAt, ...rest } = recurrence;
  const dates = {
    firstDueAt: firstDueAt?.toISOString() ?? null,
    endsAt: endsAt?.toISOString() ?? null,
  };
  const text = canonicalJson({ ...request, recurrence: { ...rest, ...dates } });
  return createHash('sha256').update(text).digest('base64url');
}
