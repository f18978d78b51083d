/** Which entity of which subgraph is asked for what, and where its rows can be found behind the service's back. */
export interface EntityContract {
  readonly service: string;
  readonly entity: string;
  /** Fields to ask for; they must need the database. */
  readonly selection: string;
  /** What ADMIN asks of the graph first, where the demo data has no such entity: a mutation that makes one. */
  readonly given?: string;
  /** Where ids of known entities are: a service and a statement that gives `id`. */
  readonly known: { readonly service: string; readonly statement: string };
  /**
   * What an unknown id gives: `null`, or, from a subgraph that only adds to an entity it does not own and so
   * cannot know who exists, the bare entity with nothing added.
   */
  readonly unknown: (id: string) => unknown;
}

const users = { service: 'auth', statement: 'SELECT id FROM users ORDER BY id LIMIT 60' };

/** Every entity of every subgraph; a test fails when one that an SDL declares is missing here. */
export const ENTITY_CONTRACTS: ReadonlyArray<EntityContract> = [
  { service: 'auth', entity: 'User', selection: 'email', known: users, unknown: () => null },
  {
    service: 'profile',
    entity: 'User',
    selection: 'profile { displayName }',
    known: users,
    unknown: () => ({ __typename: 'User', profile: null }),
  },
  {
    service: 'profile',
    entity: 'Profile',
    selection: 'displayName version',
    known: { service: 'profile', statement: 'SELECT id FROM profiles ORDER BY id LIMIT 60' },
    unknown: () => null,
  },
  {
    service: 'payments',
    entity: 'User',
    selection: 'payments(first: 10) { edges { node { id amount { amount } } } }',
    known: users,
    unknown: () => ({ __typename: 'User', payments: { edges: [] } }),
  },
  {
    service: 'payments',
    entity: 'Payment',
    selection: 'status amount { amount currency }',
    known: { service: 'payments', statement: 'SELECT id FROM payments ORDER BY id LIMIT 60' },
    unknown: () => null,
  },
  {
    service: 'payments',
    entity: 'RecurringPayment',
    selection: 'status nextDueAt',
    // The demo data has none.
    given:
      'mutation { createRecurringPayment(input: { amount: { amount: "1", currency: "EUR" }, idempotencyKey: "contract", recurrence: { unit: MONTH } }) { __typename } }',
    known: { service: 'payments', statement: 'SELECT id FROM recurring_payments ORDER BY id LIMIT 60' },
    unknown: () => null,
  },
  {
    service: 'payments',
    entity: 'Refund',
    selection: 'status amount { amount currency }',
    // The demo data has no refunds; this payment of it is COMPLETED, over EUR 77.95.
    given:
      'mutation { refundPayment(input: { paymentId: "01908a09-6a24-7de9-a941-3ab49158634c", amount: "1", idempotencyKey: "contract" }) { __typename } }',
    known: { service: 'payments', statement: 'SELECT id FROM refunds ORDER BY id LIMIT 60' },
    unknown: () => null,
  },
  {
    service: 'admin',
    entity: 'User',
    selection: 'auditTrail(first: 5) { edges { node { action } } }',
    known: users,
    unknown: () => ({ __typename: 'User', auditTrail: { edges: [] } }),
  },
  {
    service: 'admin',
    entity: 'AuditEntry',
    selection: 'action hash',
    given:
      'mutation { updateSetting(input: { key: "registration.open", value: false, expectedVersion: 1 }) { __typename } }',
    known: { service: 'admin', statement: 'SELECT id FROM audit_entries ORDER BY id LIMIT 60' },
    unknown: () => null,
  },
  {
    service: 'admin',
    entity: 'Erasure',
    selection: 'state requestedAt',
    // Nobody has this id, so it is refused and nobody is erased.
    given: 'mutation { requestErasure(input: { userId: "019b0000-0000-7000-8000-00000000dead" }) { isNew } }',
    known: { service: 'admin', statement: 'SELECT id FROM erasures ORDER BY id LIMIT 60' },
    unknown: () => null,
  },
];
