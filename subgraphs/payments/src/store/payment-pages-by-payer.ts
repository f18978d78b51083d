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

/** Greater than any name in the order of bytes: the place of payers who have none any more. */
const LAST_KEY = Prisma.sql`chr(1114111)`;
const LEAST_ID = Prisma.sql`'00000000-0000-0000-0000-000000000000'::uuid`;

/**
 * Lists payments by the payer's name or e-mail address, then by the payer, the newest first; at the end those of payers
 * who were erased. One statement, which walks the index on the key from the cursor's payer on and takes of each payer
 * no more than the page needs.
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

  const pageOf = (payerId: Prisma.Sql): Prisma.Sql => Prisma.sql`
    CROSS JOIN LATERAL (
      SELECT ${paymentColumns} FROM payments.payments
      WHERE ${allOf([Prisma.sql`user_id = ${payerId}`, ...toPaymentConditions(filter), ...bounds.ofPayment(payerId)])}
      ORDER BY created_at ${down}, id ${down} LIMIT ${limit}
    ) AS page`;
  const named = Prisma.sql`
    (SELECT 0 AS section, ${key} AS key, page.* FROM payments.payers AS payer ${pageOf(Prisma.sql`payer.id`)}
     WHERE ${allOf([...ofPayer, ...bounds.ofNamed])}
     ORDER BY ${key} ${up}, payer.id ${up}, page."createdAt" ${down}, page.id ${down} LIMIT ${limit})`;
  const erased = Prisma.sql`
    (SELECT 1, '', page.* FROM payments.erased_people AS erased ${pageOf(Prisma.sql`erased.user_id`)}
     WHERE ${allOf(bounds.ofErased)}
     ORDER BY erased.user_id ${up}, page."createdAt" ${down}, page.id ${down} LIMIT ${limit})`;
  const either = ofPayer.length > 0 ? named : Prisma.sql`${named} UNION ALL ${erased}`;

  const rows = await prisma.$queryRaw<(PaymentRow & { readonly section: number; readonly key: string })[]>`
    ${bounds.places}
    SELECT * FROM (${either}) AS listed
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
    places:
      sides.length === 0
        ? Prisma.empty
        : Prisma.sql`WITH ${Prisma.join(
            sides.map(({ place }) => place),
            ', ',
          )}`,
    ofNamed: sides.map(({ named }) => named),
    ofErased: sides.map(({ erased }) => erased),
    ofPayment: (payerId: Prisma.Sql) => sides.map(({ payment }) => payment(payerId)),
  };
}
