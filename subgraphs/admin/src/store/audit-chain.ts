import { isUuid } from '@supergraph/platform/validation';
import type { ChainEntry, ChainHead, Disclosure } from '../domain/audit-chain.js';
import type { ChainRow } from '../domain/verify-chain.js';
import type { Prisma } from '../generated/prisma/client.js';

/** Tables `audit_entries` and `audit_entry_details` as the chain that they are. */
export interface AuditChainStore {
  /**
   * Waits until whoever else is appending has ended, and gives the end of the chain, null before the first entry.
   * Nobody else appends until this transaction ends, so it is asked for once in it.
   */
  lockHead(): Promise<ChainHead | null>;
  /**
   * Appends an entry unless there is one of its id. Of a person who was erased it leaves out who and from where of
   * what they did, and the details of what was done to them.
   */
  append(entry: ChainEntry, disclosure: Disclosure): Promise<void>;
  /** The next `size` rows after a place in the chain, in its order. */
  read(after: bigint, size: number): Promise<ReadonlyArray<ChainRow>>;
  /** Those rows of these entries that there are. */
  findMany(ids: ReadonlyArray<string>): Promise<ReadonlyArray<ChainRow>>;
}

/** Any number will do as long as nothing else in this database takes it. */
const APPEND_LOCK = 4_004_001;

/** Resources whose id is a person's. */
const PEOPLE: ReadonlySet<string> = new Set(['user', 'profile', 'payer']);

/** Where the chain ends as a transaction that holds the lock has left it. */
const heads = new WeakMap<Prisma.TransactionClient, ChainHead>();

export function createAuditChainStore(prisma: Prisma.TransactionClient): AuditChainStore {
  return {
    async lockHead() {
      const known = heads.get(prisma);
      if (known !== undefined) {
        return known;
      }
      // A statement of its own: the next one sees what was committed while this one waited.
      await prisma.$executeRaw`SELECT pg_advisory_xact_lock(${APPEND_LOCK})`;
      const head = await prisma.auditEntry.findFirst({
        orderBy: { sequence: 'desc' },
        select: { sequence: true, hash: true },
      });
      if (head !== null) {
        heads.set(prisma, head);
      }
      return head;
    },
    async append(entry, disclosure) {
      const { actorSalt, actorId, clientSalt, ip, userAgent, detailsSalt } = disclosure;
      const details = disclosure.details === null ? null : JSON.stringify(disclosure.details);
      const isAboutPerson = PEOPLE.has(entry.resourceType) && isUuid(entry.resourceId);
      const person = isAboutPerson ? entry.resourceId : null;
      const rows = await prisma.$executeRaw`
        WITH erased AS (
          SELECT EXISTS (SELECT FROM erased_people WHERE user_id = ${actorId}::uuid) AS actor,
                 EXISTS (SELECT FROM erased_people WHERE user_id = ${person}::uuid) AS person
        ), entry AS (
          INSERT INTO audit_entries (id, sequence, occurred_at, action, resource_type, resource_id, actor_commitment,
                                     client_commitment, details_commitment, previous_hash, hash)
          VALUES (${entry.id}::uuid, ${entry.sequence}, ${entry.occurredAt.toISOString()}::timestamptz, ${entry.action},
                  ${entry.resourceType}, ${entry.resourceId}, ${entry.actorCommitment}, ${entry.clientCommitment},
                  ${entry.detailsCommitment}, ${entry.previousHash}, ${entry.hash})
          ON CONFLICT (id) DO NOTHING
          RETURNING occurred_at, id
        )
        INSERT INTO audit_entry_details (occurred_at, entry_id, actor_salt, actor_id, client_salt, ip, user_agent,
                                         details_salt, details)
        SELECT entry.occurred_at, entry.id,
               CASE WHEN NOT erased.actor THEN ${actorSalt} END, CASE WHEN NOT erased.actor THEN ${actorId}::uuid END,
               CASE WHEN NOT erased.actor THEN ${clientSalt} END, CASE WHEN NOT erased.actor THEN ${ip} END,
               CASE WHEN NOT erased.actor THEN ${userAgent} END,
               CASE WHEN NOT erased.person THEN ${detailsSalt} END,
               CASE WHEN NOT erased.person THEN ${details}::jsonb END
          FROM entry CROSS JOIN erased`;
      if (rows > 0) {
        heads.set(prisma, { sequence: entry.sequence, hash: entry.hash });
      }
    },
    read: (after, size) =>
      readRows(prisma, { where: { sequence: { gt: after } }, orderBy: { sequence: 'asc' }, take: size }),
    findMany: (ids) => readRows(prisma, { where: { id: { in: [...ids] } } }),
  };
}

async function readRows(
  prisma: Prisma.TransactionClient,
  which: Pick<Prisma.AuditEntryFindManyArgs, 'where' | 'orderBy' | 'take'>,
): Promise<ReadonlyArray<ChainRow>> {
  const entries = await prisma.auditEntry.findMany({
    ...which,
    include: { disclosure: { omit: { entryId: true, occurredAt: true } } },
  });
  return entries.map(({ disclosure, ...entry }) => ({ entry, disclosure }));
}
