import type { ServiceName } from './system.js';

/** A list to measure, and what it would be with the naive page. */
export interface MeasuredList {
  readonly service: ServiceName;
  readonly name: string;
  /** Field of the query, with the arguments that are not about the page. */
  readonly field: string;
  readonly arguments: string;
  readonly selection: string;
  /** A whole page by `OFFSET`, from `FROM` on; the limits are put behind it. */
  readonly offset: string;
  /** Is in the statement of the list, and in no other of the service's. */
  readonly table: string;
  /** Whose list it is: an ADMIN's when undefined. */
  readonly viewer?: string;
}

const PAYMENT = 'id status amount { amount currency } createdAt';
const payments = (name: string, filter: string, where: string): MeasuredList => ({
  service: 'payments',
  name: `payments ${name}`,
  field: 'payments',
  arguments: filter === '' ? '' : `filter: { ${filter} }`,
  selection: PAYMENT,
  table: 'payments',
  offset: `FROM payments.payments ${where === '' ? '' : `WHERE ${where}`} ORDER BY created_at DESC, id DESC`,
});
const byPayer = (name: string, order: string, column: string): MeasuredList => ({
  ...payments(name, '', ''),
  arguments: `orderBy: ${order}`,
  offset: `FROM payments.payments p JOIN payments.payers u ON u.id = p.user_id
    ORDER BY lower(u.${column}) COLLATE "C", p.user_id, p.created_at DESC, p.id DESC`,
});
const users = (name: string, filter: string, where: string): MeasuredList => ({
  service: 'auth',
  name: `users ${name}`,
  field: 'users',
  arguments: filter === '' ? '' : `filter: { ${filter} }`,
  selection: 'id name email role status',
  table: 'users',
  offset: `FROM auth.users ${where === '' ? '' : `WHERE ${where}`} ORDER BY created_at DESC, id DESC`,
});
const search = (name: string, filter: string, where: string): MeasuredList => ({
  service: 'admin',
  name: `userSearch ${name}`,
  field: 'userSearch',
  arguments: filter === '' ? '' : `filter: { ${filter} }`,
  selection: 'id',
  table: 'users',
  offset: `FROM admin.users ${where === '' ? '' : `WHERE ${where}`} ORDER BY id DESC`,
});
const audit = (name: string, filter: string, where: string): MeasuredList => ({
  service: 'admin',
  name: `auditEntries ${name}`,
  field: 'auditEntries',
  arguments: filter === '' ? '' : `filter: { ${filter} }`,
  selection: 'id occurredAt action resourceId hash',
  table: 'audit_entries',
  offset: `FROM admin.audit_entries e JOIN admin.audit_entry_details d ON d.entry_id = e.id AND d.occurred_at = e.occurred_at
    ${where === '' ? '' : `WHERE ${where}`} ORDER BY e.occurred_at DESC, e.id DESC`,
});

/**
 * Every list page of the services, unfiltered and by each filter.
 *
 * @param people.payer somebody with payments
 * @param people.actor somebody with audit entries
 * @param day a day with payments, as two moments of RFC 3339
 */
export function measuredLists(args: {
  readonly payer: string;
  readonly actor: string;
  readonly from: string;
  readonly before: string;
}): ReadonlyArray<MeasuredList> {
  const { payer, actor, from, before } = args;
  return [
    payments('of all', '', ''),
    payments('of a common status', 'statuses: [COMPLETED]', `status = 'COMPLETED'`),
    payments('of a rare status', 'statuses: [CANCELLED]', `status = 'CANCELLED'`),
    payments('of a rare type', 'type: SCHEDULED', `type = 'SCHEDULED'`),
    payments('of a currency', 'currency: "JPY"', `currency = 'JPY'`),
    payments(
      'of a period',
      `createdFrom: "${from}", createdBefore: "${before}"`,
      `created_at >= '${from}' AND created_at < '${before}'`,
    ),
    {
      ...payments('of a payer’s name', 'payerName: "a"', ''),
      offset: `FROM payments.payments p JOIN payments.payers u ON u.id = p.user_id
        WHERE lower(u.name) LIKE 'a%' ORDER BY p.created_at DESC, p.id DESC`,
    },
    {
      ...payments('of a payer’s e-mail address', 'payerEmail: "a"', ''),
      offset: `FROM payments.payments p JOIN payments.payers u ON u.id = p.user_id
        WHERE lower(u.email) LIKE 'a%' ORDER BY p.created_at DESC, p.id DESC`,
    },
    payments(
      'of all filters at once',
      'statuses: [COMPLETED], type: INSTANT, currency: "EUR", payerName: "a"',
      `status = 'COMPLETED' AND type = 'INSTANT' AND currency = 'EUR' AND user_id IN
        (SELECT id FROM payments.payers WHERE lower(name) LIKE 'a%')`,
    ),
    byPayer('by payer’s name', 'PAYER_NAME', 'name'),
    byPayer('by payer’s e-mail address', 'PAYER_EMAIL', 'email'),
    {
      ...payments('of one person', '', `user_id = '${payer}' OR recipient_id = '${payer}'`),
      viewer: payer,
    },
    users('of all', '', ''),
    users('of a role', 'role: VENDOR', `role = 'VENDOR'`),
    users('of a status', 'status: SUSPENDED', `status = 'SUSPENDED'`),
    search('of all', '', ''),
    search('of a word', 'text: "ma"', `email || ' ' || name ~* '\\mma'`),
    search(
      'of two words',
      'text: "ma example"',
      `email || ' ' || name ~* '\\mma' AND email || ' ' || name ~* '\\mexample'`,
    ),
    search('of a role', 'role: VENDOR', `role = 'VENDOR'`),
    search('of a status', 'status: SUSPENDED', `status = 'SUSPENDED'`),
    search(
      'of a word and a status',
      'text: "ma", status: SUSPENDED',
      `email || ' ' || name ~* '\\mma' AND status = 'SUSPENDED'`,
    ),
    audit('of all', '', ''),
    audit('of an action', 'action: "auth.user.registered"', `e.action = 'auth.user.registered'`),
    audit('of a kind of thing', 'resourceType: "user"', `e.resource_type = 'user'`),
    audit('of an actor', `actorId: "${actor}"`, `d.actor_id = '${actor}'`),
    audit('of a thing', `resourceId: "${actor}"`, `e.resource_id = '${actor}'`),
    audit(
      'of a period',
      'occurredFrom: "2020-01-01T00:00:00Z", occurredBefore: "2100-01-01T00:00:00Z"',
      `e.occurred_at >= '2020-01-01' AND e.occurred_at < '2100-01-01'`,
    ),
  ];
}
