import type { PrismaClient } from '../generated/prisma/client.js';
import type { PayerStatus } from '../generated/prisma/enums.js';

/** What payments knows of a person. */
export interface PayerRecord {
  readonly id: string;
  /** Null until it is known. */
  readonly email: string | null;
  /** Null until it is known. */
  readonly name: string | null;
  readonly status: PayerStatus;
}

/** Table `payers`, the replica of auth's users; events write it too, in `events/hears-auth.ts`. */
export interface PayerStore {
  /** One statement for any number of ids; who is in neither `payers` nor `erased_people` is absent. */
  find(userIds: ReadonlyArray<string>): Promise<ReadonlyMap<string, PayerRecord | 'erased'>>;
  /**
   * Keeps what auth said. It does not say which version that was, so nothing that an event wrote is written over but
   * what is lacking; and nobody who was erased meanwhile comes back.
   */
  keep(people: ReadonlyArray<PayerRecord>): Promise<void>;
}

export function createPayerStore(prisma: PrismaClient): PayerStore {
  return {
    async find(userIds) {
      const rows = await prisma.$queryRaw<(PayerRecord & { readonly isErased: boolean })[]>`
        SELECT person.id, payer.email, payer.name, payer.status::text AS status,
               erased.user_id IS NOT NULL AS "isErased"
        FROM unnest(${[...userIds]}::uuid[]) AS person (id)
        LEFT JOIN payments.payers AS payer ON payer.id = person.id
        LEFT JOIN payments.erased_people AS erased ON erased.user_id = person.id
        WHERE payer.id IS NOT NULL OR erased.user_id IS NOT NULL`;
      return new Map(rows.map(({ isErased, ...payer }) => [payer.id, isErased ? 'erased' : payer]));
    },
    async keep(people) {
      if (people.length === 0) {
        return;
      }
      const rows = JSON.stringify(people);
      const ids = people.map(({ id }) => id);
      // Ordered by id, so that two that keep the same people do not wait for each other.
      await prisma.$executeRaw`
        WITH erased AS MATERIALIZED (SELECT * FROM payments.erased_among(${ids}::uuid[]) AS erased (id))
        INSERT INTO payments.payers (id, email, name, status, version)
        SELECT id, email, name, status, 0
        FROM jsonb_to_recordset(${rows}::jsonb) AS told (id uuid, email text, name text, status payments."PayerStatus")
        WHERE id NOT IN (SELECT erased.id FROM erased)
        ORDER BY id
        ON CONFLICT (id) DO UPDATE SET email = excluded.email, name = excluded.name WHERE payers.name IS NULL`;
    },
  };
}
