import type { Page } from '@supergraph/platform/paging';
import { Prisma, type PrismaClient } from '../generated/prisma/client.js';
import { paymentColumns, toPaymentRecord, type PaymentRow } from './payment-columns.js';
import {
  allOf,
  PAYER_KEYS,
  toPayerConditions,
  toPaymentConditions,
  type PaymentFilter,
} from './payment-conditions.js';
import type { PaymentRecord } from './records.js';

/** How many payments that fit a filter are sorted rather than looked for payer by payer. */
const FEW = 2_000;
/** Greater than any name in the order of bytes: the place of payers who have none any more. */
const LAST_KEY = Prisma.sql`chr(1114111)`;
const LEAST_ID = Prisma.sql`'00000000-0000-0000-0000-000000000000'::uuid`;

/**
 * Lists payments by the payer's name or e-mail address, then by the payer, the newest first; at the end those of payers
 * who were erased. One statement, which walks the index on the key from the cursor's payer on, or begins at the
 * payments where a filter leaves few of them.
 *
 * A cursor names a payment, and its payer's name is looked up in the same statement: so no name stands in a cursor.
 */
export async function listByPayer(
  prisma: PrismaClient,
  by: keyof typeof PAYER_KEYS,
  page: Page,
  filter: PaymentFilter,
): Promise<ReadonlyArray<PaymentRecord>> {
  const key = PAYER_KEYS[by];
  const forward = page.direction === 'forward';
  const [down, up] = forward ? [Prisma.sql`DESC`, Prisma.sql`ASC`] : [Prisma.sql`ASC`, Prisma.sql`DESC`];
  const limit = page.size + 1;
  const ofPayer = toPayerConditions(filter);
  const bounds = toBounds(page, key);

  const ofPayment = toPaymentConditions(filter);
  const isNarrowed = ofPayment.length > 0;

  // From the payers: each by the index on the key, and no more of it than the page needs.
  const pageOf = (payerId: Prisma.Sql): Prisma.Sql => Prisma.sql`
    CROSS JOIN LATERAL (
      SELECT ${paymentColumns} FROM payments.payments
      WHERE ${allOf([Prisma.sql`user_id = ${payerId}`, ...ofPayment, ...bounds.ofPayment(payerId)])}
      ORDER BY created_at ${down}, id ${down} LIMIT ${limit}
    ) AS page`;
  const isMany = isNarrowed ? [Prisma.sql`(SELECT count(*) FROM few) > ${FEW}`] : [];
  const named = Prisma.sql`
    (SELECT 0 AS section, ${key} AS key, page.* FROM payments.payers AS payer ${pageOf(Prisma.sql`payer.id`)}
     WHERE ${allOf([...ofPayer, ...bounds.ofNamed, ...isMany])}
     ORDER BY ${key} ${up}, payer.id ${up}, page."createdAt" ${down}, page.id ${down} LIMIT ${limit})`;
  const erased = Prisma.sql`
    (SELECT 1, '', page.* FROM payments.erased_people AS erased ${pageOf(Prisma.sql`erased.user_id`)}
     WHERE ${allOf([...bounds.ofErased, ...isMany])}
     ORDER BY erased.user_id ${up}, page."createdAt" ${down}, page.id ${down} LIMIT ${limit})`;

  // From the payments, when the filter leaves few: all of them, each with its payer by id.
  const few = Prisma.sql`few AS MATERIALIZED (
    SELECT * FROM payments.payments WHERE ${allOf(ofPayment)} ORDER BY created_at DESC LIMIT ${FEW + 1})`;
  const ofFew = [Prisma.sql`(SELECT count(*) FROM few) <= ${FEW}`, ...bounds.ofPayment(Prisma.sql`user_id`)];
  const fewColumns = Prisma.sql`SELECT ${paymentColumns} FROM few WHERE ${allOf(ofFew)}`;
  const fewNamed = Prisma.sql`
    SELECT 0, found.key, page.* FROM (${fewColumns}) AS page CROSS JOIN LATERAL (
      SELECT ${key} AS key FROM payments.payers AS payer
      WHERE ${allOf([Prisma.sql`payer.id = page."userId"`, ...ofPayer, ...bounds.ofNamed])} LIMIT 1) AS found`;
  const fewErased = Prisma.sql`
    SELECT 1, '', page.* FROM (${fewColumns}) AS page CROSS JOIN LATERAL (
      SELECT FROM payments.erased_people AS erased
      WHERE ${allOf([Prisma.sql`erased.user_id = page."userId"`, ...bounds.ofErased])} LIMIT 1) AS found`;

  const sources = [
    named,
    ...(ofPayer.length > 0 ? [] : [erased]),
    ...(isNarrowed ? [fewNamed] : []),
    ...(isNarrowed && ofPayer.length === 0 ? [fewErased] : []),
  ];
  const tables = [...bounds.places, ...(isNarrowed ? [few] : [])];
  const rows = await prisma.$queryRaw<(PaymentRow & { readonly section: number; readonly key: string })[]>`
    ${tables.length === 0 ? Prisma.empty : Prisma.sql`WITH ${Prisma.join(tables, ', ')}`}
    SELECT * FROM (${Prisma.join(sources, ' UNION ALL ')}) AS listed
    ORDER BY section ${up}, key ${up}, "userId" ${up}, "createdAt" ${down}, id ${down} LIMIT ${limit}`;
  return rows.map(({ section: _section, key: _key, ...row }) => toPaymentRecord(row));
}

/** The conditions that the cursors of a page make, and the common table expressions that they refer to. */
function toBounds(page: Page, key: Prisma.Sql) {
  const sides = [
    ...(page.after === null ? [] : [{ name: 'place_after', cursor: page.after, isAfter: true }]),
    ...(page.before === null ? [] : [{ name: 'place_before', cursor: page.before, isAfter: false }]),
  ].map(({ name, cursor, isAfter }) => {
    const of = (column: string): Prisma.Sql => Prisma.raw(`(SELECT ${column} FROM ${name})`);
    return {
      place: Prisma.sql`${Prisma.raw(name)} AS (
        SELECT payment.user_id, payer.id IS NULL AS is_erased,
               CASE WHEN payer.id IS NULL THEN ${LAST_KEY} ELSE ${key} END COLLATE "C" AS key
        FROM payments.payments AS payment LEFT JOIN payments.payers AS payer ON payer.id = payment.user_id
        WHERE payment.id = ${cursor.id}::uuid)`,
      named: isAfter
        ? Prisma.sql`(${key}, payer.id) >= (${of('key')}, ${of('user_id')})`
        : Prisma.sql`(${key}, payer.id) <= (${of('key')}, ${of('user_id')})`,
      erased: isAfter
        ? Prisma.sql`erased.user_id >= CASE WHEN ${of('is_erased')} THEN ${of('user_id')} ELSE ${LEAST_ID} END`
        : Prisma.sql`erased.user_id <= CASE WHEN ${of('is_erased')} THEN ${of('user_id')} ELSE ${LEAST_ID} END`,
      // Of the cursor's own payer only what lies beyond the cursor; an index begins there, since both sides are rows.
      payment: (payerId: Prisma.Sql): Prisma.Sql => {
        const at = Prisma.sql`${cursor.at}::timestamptz`;
        const isSame = Prisma.sql`${payerId} = ${of('user_id')}`;
        return isAfter
          ? Prisma.sql`(created_at, id) < (CASE WHEN ${isSame} THEN ${at} ELSE 'infinity' END, ${cursor.id}::uuid)`
          : Prisma.sql`(created_at, id) > (CASE WHEN ${isSame} THEN ${at} ELSE '-infinity' END, ${cursor.id}::uuid)`;
      },
    };
  });
  return {
    places: sides.map(({ place }) => place),
    ofNamed: sides.map(({ named }) => named),
    ofErased: sides.map(({ erased }) => erased),
    ofPayment: (payerId: Prisma.Sql) => sides.map(({ payment }) => payment(payerId)),
  };
}
