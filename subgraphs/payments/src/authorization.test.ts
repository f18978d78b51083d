import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kind, parse } from 'graphql';
import {
  insertPayments,
  startPaymentsFixture,
  type PaymentsFixture,
} from './test-support/payments-fixture.js';

/** `owner` pays, `vendor` is paid; `stranger` and `suspended` have nothing to do with it. */
const VIEWERS = ['anonymous', 'owner', 'stranger', 'vendor', 'admin', 'suspended'] as const;
type ViewerName = (typeof VIEWERS)[number];
type Outcomes = Readonly<Record<ViewerName, string>>;

const parties: ReadonlyArray<ViewerName> = ['owner', 'vendor', 'admin'];
const ownerAndAdmin: ReadonlyArray<ViewerName> = ['owner', 'admin'];
const outcomes = (of: Omit<Outcomes, 'anonymous'>): Outcomes => ({ anonymous: 'UNAUTHENTICATED', ...of });

/** What the operation is about, made anew for each viewer. */
interface About {
  readonly paymentId: string;
  readonly recurringPaymentId: string;
}
interface Operation {
  readonly status: 'PENDING' | 'COMPLETED';
  readonly call: (about: About) => string;
  /** The code of the error, the type of the result, or whether the payment was given. */
  readonly outcomes: Outcomes;
}

const seenByParties = outcomes({
  owner: 'seen',
  stranger: 'not seen',
  vendor: 'seen',
  admin: 'seen',
  suspended: 'not seen',
});
const OPERATIONS: Readonly<Record<string, Operation>> = {
  'Query.payment': {
    status: 'COMPLETED',
    call: ({ paymentId }) => `query { result: payment(id: "${paymentId}") { id } }`,
    outcomes: seenByParties,
  },
  'Query.payments': {
    status: 'COMPLETED',
    call: () => 'query { result: payments(first: 100) { edges { node { id } } } }',
    outcomes: seenByParties,
  },
  'Query.paymentReport': {
    status: 'COMPLETED',
    call: () =>
      'query { result: paymentReport(from: "2026-01-01T00:00:00Z", before: "2026-02-01T00:00:00Z") { __typename } }',
    outcomes: outcomes({
      owner: 'FORBIDDEN',
      stranger: 'FORBIDDEN',
      vendor: 'PaymentReport',
      admin: 'PaymentReport',
      suspended: 'FORBIDDEN',
    }),
  },
  'Query.recurringPayment': {
    status: 'COMPLETED',
    call: ({ recurringPaymentId }) =>
      `query { result: recurringPayment(id: "${recurringPaymentId}") { id } }`,
    outcomes: seenByParties,
  },
  'Query.recurringPayments': {
    status: 'COMPLETED',
    call: () => 'query { result: recurringPayments(first: 100) { edges { node { id } } } }',
    outcomes: seenByParties,
  },
  'Mutation.createRecurringPayment': {
    status: 'PENDING',
    call: () =>
      `mutation { result: createRecurringPayment(input: { amount: { amount: "1", currency: "EUR" }, recurrence: { unit: DAY }, idempotencyKey: "${randomUUID()}" }) { __typename } }`,
    outcomes: outcomes({
      owner: 'RecurringPayment',
      stranger: 'RecurringPayment',
      vendor: 'RecurringPayment',
      admin: 'RecurringPayment',
      suspended: 'PartyRefusedProblem',
    }),
  },
  'Mutation.cancelRecurringPayment': {
    status: 'PENDING',
    call: ({ recurringPaymentId }) =>
      `mutation { result: cancelRecurringPayment(input: { recurringPaymentId: "${recurringPaymentId}" }) { __typename } }`,
    outcomes: outcomes({
      owner: 'RecurringPayment',
      stranger: 'RecurringPaymentNotFoundProblem',
      vendor: 'RecurringPaymentNotFoundProblem',
      admin: 'RecurringPayment',
      suspended: 'RecurringPaymentNotFoundProblem',
    }),
  },
  'Mutation.createPayment': {
    status: 'PENDING',
    call: () =>
      `mutation { result: createPayment(input: { amount: { amount: "1", currency: "EUR" }, idempotencyKey: "${randomUUID()}" }) { __typename } }`,
    outcomes: outcomes({
      owner: 'Payment',
      stranger: 'Payment',
      vendor: 'Payment',
      admin: 'Payment',
      suspended: 'PartyRefusedProblem',
    }),
  },
  'Mutation.cancelPayment': {
    status: 'PENDING',
    call: ({ paymentId }) =>
      `mutation { result: cancelPayment(input: { paymentId: "${paymentId}" }) { __typename } }`,
    outcomes: outcomes({
      owner: 'Payment',
      stranger: 'PaymentNotFoundProblem',
      vendor: 'PaymentNotFoundProblem',
      admin: 'Payment',
      suspended: 'PaymentNotFoundProblem',
    }),
  },
  'Mutation.refundPayment': {
    status: 'COMPLETED',
    call: ({ paymentId }) =>
      `mutation { result: refundPayment(input: { paymentId: "${paymentId}", idempotencyKey: "${randomUUID()}" }) { __typename } }`,
    outcomes: outcomes({
      owner: 'RefundNotAllowedProblem',
      stranger: 'PaymentNotFoundProblem',
      vendor: 'Refund',
      admin: 'Refund',
      suspended: 'PaymentNotFoundProblem',
    }),
  },
};

/** Every field of an entity, of the payment of `owner` to `vendor`: who sees it, and what else to ask of it. */
const FIELDS: Readonly<Record<string, readonly [ReadonlyArray<ViewerName>, string?]>> = {
  'Payment.id': [parties],
  'Payment.user': [parties, '{ name }'],
  'Payment.recipient': [parties, '{ name }'],
  'Payment.amount': [parties, '{ amount }'],
  'Payment.status': [parties],
  'Payment.type': [parties],
  'Payment.description': [parties],
  'Payment.metadata': [parties],
  'Payment.scheduledFor': [parties],
  'Payment.recurringPayment': [parties, '{ id }'],
  'Payment.occurrence': [parties],
  'Payment.failureReason': [parties],
  'Payment.refunds': [parties, '{ id }'],
  'Payment.transitions': [parties, '{ to }'],
  'Payment.createdAt': [parties],
  'Payment.updatedAt': [parties],
  'Payment.completedAt': [parties],
  'Payment.version': [parties],
  'RecurringPayment.id': [parties],
  'RecurringPayment.user': [parties, '{ name }'],
  'RecurringPayment.recipient': [parties, '{ name }'],
  'RecurringPayment.amount': [parties, '{ amount }'],
  'RecurringPayment.description': [parties],
  'RecurringPayment.metadata': [parties],
  'RecurringPayment.recurrence': [parties, '{ unit }'],
  'RecurringPayment.status': [parties],
  'RecurringPayment.statusReason': [parties],
  'RecurringPayment.cancelReason': [parties],
  'RecurringPayment.nextDueAt': [parties],
  'RecurringPayment.madeCount': [parties],
  'RecurringPayment.missedCount': [parties],
  'RecurringPayment.payments': [parties, '{ edges { cursor } }'],
  'RecurringPayment.createdAt': [parties],
  'RecurringPayment.updatedAt': [parties],
  'RecurringPayment.endedAt': [parties],
  'RecurringPayment.version': [parties],
  'Refund.id': [parties],
  'Refund.payment': [parties, '{ id }'],
  'Refund.amount': [parties, '{ amount }'],
  'Refund.status': [parties],
  'Refund.reason': [parties],
  'Refund.failureReason': [parties],
  'Refund.createdAt': [parties],
  'Refund.settledAt': [parties],
  // An id says nothing that the asker did not know; a name is seen through a payment only.
  'User.id': [VIEWERS],
  'User.name': [[]],
  'User.payments': [ownerAndAdmin, '{ edges { cursor } }'],
  'User.paymentSummary': [ownerAndAdmin, '{ sentCount }'],
};
/** Types that are reached through the fields above alone. */
const BEHIND = [
  ...['Money', 'PaymentTransition', 'PaymentConnection', 'PaymentEdge', 'PageInfo', 'PaymentSummary'],
  ...['Recurrence', 'RecurringPaymentConnection', 'RecurringPaymentEdge'],
  ...['PaymentReport', 'PaymentStatusTotal', 'PaymentTypeTotal', 'PaymentDayTotal', 'InvalidField'],
];

const objects = parse(
  readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
).definitions.flatMap((definition) => (definition.kind === Kind.OBJECT_TYPE_DEFINITION ? [definition] : []));
const coordinatesOf = (...types: ReadonlyArray<string>): string[] =>
  objects
    .filter(({ name }) => types.includes(name.value))
    .flatMap(({ name, fields = [] }) => fields.map((field) => `${name.value}.${field.name.value}`));

let fixture: PaymentsFixture;
let tokens: Readonly<Record<ViewerName, string | undefined>>;
let ids: Readonly<Record<'owner' | 'vendor', string>>;
let refund: { readonly id: string; readonly paymentId: string };
/** The payment of `owner` to `vendor` that a recurring one made. */
let occurrence: string;
/** One that says a reason for each way to end, and one that has a next date. */
let recurring: { readonly cancelled: string; readonly paused: string };

const makePayment = async (status: string): Promise<string> => {
  const [id] = await insertPayments(fixture.database, [
    { payer: ids.owner, recipient: ids.vendor, status, type: 'SCHEDULED', description: 'rent' },
  ]);
  return id as string;
};

const makeRecurring = async (status: 'ACTIVE' | 'PAUSED' | 'CANCELLED'): Promise<string> => {
  const [row] = await fixture.database.query<{ id: string }>(
    `INSERT INTO recurring_payments (id, user_id, recipient_id, amount, currency, description, metadata, unit, every,
       first_due_at, status, status_reason, cancel_reason, ended_at, next_occurrence, next_due_at, process_after,
       idempotency_key, request_hash)
     SELECT gen_random_uuid(), $1, $2, 1, 'EUR', 'rent', '{}', 'DAY', 1, now(), status,
       CASE WHEN status = 'PAUSED' THEN 'PAYER_SUSPENDED'::"RecurringPaymentReason" END, 'moved',
       CASE WHEN status = 'CANCELLED' THEN now() END, CASE WHEN status <> 'CANCELLED' THEN 1 END,
       CASE WHEN status <> 'CANCELLED' THEN now() END, CASE WHEN status <> 'CANCELLED' THEN now() END,
       gen_random_uuid(), ''
     FROM (SELECT $3::"RecurringPaymentStatus" AS status) AS one RETURNING id`,
    [ids.owner, ids.vendor, status],
  );
  return (row as { id: string }).id;
};

beforeAll(async () => {
  fixture = await startPaymentsFixture();
  const [owner, stranger, vendor, admin, suspended] = await Promise.all([
    fixture.person(),
    fixture.person(),
    fixture.person({ role: 'VENDOR' }),
    fixture.person({ role: 'ADMIN' }),
    fixture.person({ status: 'SUSPENDED' }),
  ]);
  ids = { owner: owner.id, vendor: vendor.id };
  tokens = {
    anonymous: undefined,
    owner: owner.token,
    stranger: stranger.token,
    vendor: vendor.token,
    admin: admin.token,
    suspended: suspended.token,
  };
  const paymentId = await makePayment('COMPLETED');
  await fixture.database.query(
    `UPDATE payments SET metadata = '{}', failure_reason = 'none', completed_at = now() WHERE id = $1`,
    [paymentId],
  );
  recurring = { cancelled: await makeRecurring('CANCELLED'), paused: await makeRecurring('PAUSED') };
  occurrence = await makePayment('COMPLETED');
  await fixture.database.query(
    `UPDATE payments SET type = 'RECURRING', scheduled_for = NULL, recurring_payment_id = $2, occurrence = 1
     WHERE id = $1`,
    [occurrence, recurring.paused],
  );
  const [row] = await fixture.database.query<{ id: string }>(
    `INSERT INTO refunds (id, payment_id, amount, status, reason, failure_reason, settled_at, requested_by,
                          idempotency_key, request_hash)
     VALUES (gen_random_uuid(), $1, 1, 'FAILED', 'a', 'b', now(), $2, 'k', 'h') RETURNING id`,
    [paymentId, vendor.id],
  );
  refund = { id: (row as { id: string }).id, paymentId };
});
afterAll(() => fixture.stop());

async function outcomeOf({ status, call }: Operation, viewer: ViewerName): Promise<string> {
  const about = { paymentId: await makePayment(status), recurringPaymentId: await makeRecurring('ACTIVE') };
  const { data, errors } = await fixture.client.query(call(about), { token: tokens[viewer] });
  const code = errors?.[0]?.extensions.code;
  const result = data?.result as { readonly __typename?: string } | null | undefined;
  const given = JSON.stringify(result ?? null);
  const isSeen = Object.values(about).some((id) => given.includes(id));
  return code ?? result?.__typename ?? (isSeen ? 'seen' : 'not seen');
}

describe('authorization', () => {
  it('is told for every operation and field that the SDL lists, and for no other', () => {
    const isProblem = (name: string): boolean => name.endsWith('Problem');
    expect(Object.keys(OPERATIONS).sort()).toEqual(coordinatesOf('Query', 'Mutation').sort());
    expect(Object.keys(FIELDS).sort()).toEqual(
      coordinatesOf('Payment', 'RecurringPayment', 'Refund', 'User').sort(),
    );
    const others = objects.map(({ name }) => name.value).filter((name) => !isProblem(name));
    expect(others.sort()).toEqual(
      [...BEHIND, 'Mutation', 'Payment', 'Query', 'RecurringPayment', 'Refund', 'User'].sort(),
    );
  });

  it.each(Object.entries(OPERATIONS))('of %s', async (_coordinate, operation) => {
    const found: Record<string, string> = {};
    for (const viewer of VIEWERS) {
      found[viewer] = await outcomeOf(operation, viewer);
    }
    expect(found).toEqual(operation.outcomes);
  });

  it.each(Object.entries(FIELDS))('of %s', async (coordinate, [who, selection = '']) => {
    const [typename = '', field = ''] = coordinate.split('.');
    const isOfOccurrence = ['Payment.recurringPayment', 'Payment.occurrence'].includes(coordinate);
    const hasNext = ['nextDueAt', 'statusReason'].includes(field);
    const id = {
      Payment: isOfOccurrence ? occurrence : refund.paymentId,
      RecurringPayment: hasNext ? recurring.paused : recurring.cancelled,
      Refund: refund.id,
      User: ids.owner,
    }[typename];
    const seeing: ViewerName[] = [];
    for (const viewer of VIEWERS) {
      const { data } = await fixture.client.entities(
        [{ __typename: typename, id }],
        `... on ${typename} { field: ${field} ${selection} }`,
        tokens[viewer],
      );
      if ((data?._entities[0]?.field ?? null) !== null) {
        seeing.push(viewer);
      }
    }
    expect(seeing).toEqual(who);
  });
});
