import { randomUUID } from 'node:crypto';
import type { PaymentsFixture, Person } from './payments-fixture.js';

/** A row of `recurring_payments` as PostgreSQL gives it. */
export type RecurringRow = Readonly<Record<string, unknown>> & { readonly id: string };

/** The document of `createRecurringPayment` with everything that it may answer. */
export const CREATE_RECURRING = `mutation ($input: CreateRecurringPaymentInput!) {
  createRecurringPayment(input: $input) {
    __typename
    ... on Problem { code message }
    ... on InvalidInputProblem { fields { path message } }
    ... on RecurringPayment {
      id user { id } recipient { id } amount { amount currency } description metadata
      recurrence { unit every firstDueAt occurrences endsAt }
      status statusReason cancelReason nextDueAt madeCount missedCount createdAt endedAt version
      payments { edges { node { id } } }
    }
  }
}`;

/** An input that is taken, but for the changes. */
export const recurringInput = (
  changes: Readonly<Record<string, unknown>> = {},
  recurrence: Readonly<Record<string, unknown>> = {},
) => ({
  amount: { amount: '12.5', currency: 'EUR' },
  idempotencyKey: randomUUID(),
  recurrence: { unit: 'MONTH', ...recurrence },
  ...changes,
});

/** Asks the service for a recurring payment. @returns its id */
export async function makeRecurring(
  fixture: PaymentsFixture,
  { token }: Person,
  changes?: Readonly<Record<string, unknown>>,
  recurrence?: Readonly<Record<string, unknown>>,
): Promise<string> {
  const input = recurringInput(changes, recurrence);
  const answer = await fixture.client.query(CREATE_RECURRING, { variables: { input }, token });
  const data = answer.data as { readonly createRecurringPayment: { readonly id: string } };
  return data.createRecurringPayment.id;
}

/** A recurring payment and its payments as the database has them, the first occurrence first. */
export async function readRecurring(fixture: PaymentsFixture, id: string) {
  const [row] = await fixture.database.query<RecurringRow>('SELECT * FROM recurring_payments WHERE id = $1', [
    id,
  ]);
  const payments = await fixture.database.query<RecurringRow>(
    'SELECT * FROM payments WHERE recurring_payment_id = $1 ORDER BY occurrence',
    [id],
  );
  const told = await fixture.database.query<{ type: string }>(
    `SELECT type FROM outbox WHERE aggregate_type = 'recurring_payment' AND aggregate_id = $1 ORDER BY sequence`,
    [id],
  );
  const short = told.map(({ type }) => type.replace('payments.recurring_payment.', ''));
  return { row: row as RecurringRow, payments, told: short };
}

/**
 * Lets time pass for recurring payments, by putting all that they have back.
 *
 * @param interval as PostgreSQL writes it; `null` makes the next date come now
 */
export async function letPass(fixture: PaymentsFixture, id: string, interval: string | null): Promise<void> {
  await fixture.database.query(
    `WITH passed AS (SELECT id, coalesce($2::interval, next_due_at - now() + interval '1 second') AS time
                     FROM recurring_payments WHERE id = $1)
     UPDATE recurring_payments AS r
     SET first_due_at = first_due_at - time, next_due_at = next_due_at - time, ends_at = ends_at - time,
         process_after = process_after - time
     FROM passed WHERE r.id = passed.id`,
    [id, interval],
  );
}
