import type { PlantedBug } from './planted-bug.js';

const PAYMENTS = { service: 'payments', test: 'src/properties.test.ts' } as const;
const SEQUENCES = { ...PAYMENTS, testName: 'the ledger sums to zero' } as const;
const BURSTS = { ...PAYMENTS, testName: 'twenty identical requests at once' } as const;
const STATUS_GUARD = {
  file: 'prisma/migrations/20261123000000_init/migration.sql',
  right: 'IF (OLD."status"::text, NEW."status"::text) NOT IN (',
  wrong: 'IF false AND (OLD."status"::text, NEW."status"::text) NOT IN (',
};
const LEDGER = 'prisma/migrations/20261123162732_ledger/migration.sql';
const REFUNDS = 'prisma/migrations/20261123162819_refunds/migration.sql';

/** One bug or more for each property that the services promise. */
export const PLANTED_BUGS: ReadonlyArray<PlantedBug> = [
  {
    ...SEQUENCES,
    property: 'the ledger sums to zero',
    name: 'a refund leaves the last of its four lines out',
    replacements: [
      { file: 'src/domain/ledger.ts', right: '.reverse();', wrong: '.slice(0, 3);' },
      { file: LEDGER, right: 'HAVING sum("amount") <> 0', wrong: 'HAVING false' },
    ],
    sign: /"currency": "/,
  },
  {
    ...SEQUENCES,
    property: 'refunds never exceed',
    name: 'what was refunded before is forgotten',
    replacements: [
      {
        file: 'src/store/refunds.ts',
        right: 'payment.amount.minus(_sum.amount ?? 0)',
        wrong: 'payment.amount',
      },
      { file: REFUNDS, right: 'IF refunded > paid THEN', wrong: 'IF false THEN' },
    ],
    sign: /refundsFit/,
  },
  {
    ...SEQUENCES,
    property: 'no transition leaves the table',
    name: 'a payment is called off whatever became of it',
    replacements: [
      { file: 'src/domain/cancel-payment.ts', right: '      mayGo,\n', wrong: '      mayGo: () => true,\n' },
      STATUS_GUARD,
    ],
    sign: /expect\(received\)/,
  },
  {
    ...BURSTS,
    property: 'a retry never pays twice',
    name: 'a request’s key is forgotten, and each retry makes a payment',
    replacements: [
      {
        file: 'src/domain/create-payment.ts',
        right: '      requestHash,\n      processAfter',
        wrong: '      requestHash,\n      idempotencyKey: uuidv7(),\n      processAfter',
      },
    ],
    sign: /Received: 20/,
  },
  {
    ...BURSTS,
    property: 'a retry never pays twice',
    name: 'replicas that work at once claim the same payment',
    replacements: [
      {
        file: 'src/store/payment-processing.ts',
        right: '      ORDER BY process_after LIMIT ${limit} FOR UPDATE SKIP LOCKED`;\n    const ids = due',
        wrong: '      ORDER BY process_after LIMIT ${limit}`;\n    const ids = due',
      },
      STATUS_GUARD,
    ],
    sign: /toHaveLength/,
  },
  {
    property: 'a reuse ends the family',
    name: 'a spent token is refused, and its family lives on',
    service: 'auth',
    test: 'src/refresh-session.test.ts',
    testName: 'a reuse ends the family for good',
    replacements: [
      {
        file: 'src/domain/refresh-session.ts',
        right:
          '      await store.sessions.revokeFamily({ familyId: session.familyId, userId: user.id }, context.client);\n',
        wrong: '',
      },
    ],
    sign: /expect\(received\)/,
  },
  {
    property: 'one ADMIN is left',
    name: 'two ADMINs who demote each other do not wait for one another',
    service: 'auth',
    test: 'src/administer-users.test.ts',
    testName: 'one of them is left, and what was told is what was done',
    replacements: [
      { file: 'src/store/accounts.ts', right: ' ORDER BY id FOR UPDATE`', wrong: ' ORDER BY id`' },
      {
        file: 'prisma/migrations/20261123163500_last_admin/migration.sql',
        right: '  PERFORM pg_advisory_xact_lock(4001002);\n',
        wrong: '',
      },
    ],
    sign: /toBeGreaterThanOrEqual/,
  },
  {
    property: 'an altered audit entry shows at its row',
    name: 'the hash covers everything but whom it was about',
    service: 'admin',
    test: 'src/audit-properties.test.ts',
    testName: 'shows any one altered row at that row',
    replacements: [
      {
        file: 'src/domain/audit-chain.ts',
        right: '    resourceId: entry.resourceId,\n',
        wrong: '',
      },
    ],
    sign: /toContainEqual/,
  },
];
