import { keysetQuery, type Page } from '@supergraph/platform/paging';
import type { Prisma } from '../generated/prisma/client.js';
import type { ErasureState } from '../generated/prisma/enums.js';

export type { ErasureState };

/** An erasure as it is kept. */
export interface ErasureRecord {
  readonly id: string;
  readonly userId: string;
  readonly state: ErasureState;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly endedAt: Date | null;
  readonly refusal: string | null;
  readonly certificate: unknown;
  readonly certificateHash: string | null;
}

/** Narrows a list of erasures; what is undefined does not narrow. */
export interface ErasureFilter {
  readonly state?: ErasureState | undefined;
  /** UUID. */
  readonly userId?: string | undefined;
}

const columns = {
  id: true,
  userId: true,
  state: true,
  requestedBy: true,
  requestedAt: true,
  endedAt: true,
  refusal: true,
  certificate: true,
  certificateHash: true,
} as const;

/** Table `erasures`. */
export interface ErasureStore {
  /** Opens an erasure; null when the person has one that was not refused. */
  open(
    erasure: Pick<ErasureRecord, 'id' | 'userId' | 'requestedBy' | 'requestedAt'>,
  ): Promise<ErasureRecord | null>;
  /** The erasure of a person that was not refused. */
  findOfPerson(userId: string): Promise<ErasureRecord | null>;
  /** One statement for any number of ids; gives what was found. */
  findMany(ids: ReadonlyArray<string>): Promise<ReadonlyMap<string, ErasureRecord>>;
  /** Up to `page.size + 1` erasures in the direction of reading, the newest first. */
  list(page: Page, filter: ErasureFilter): Promise<ReadonlyArray<ErasureRecord>>;
  /** The next running erasures after an id, in the order of their ids. */
  findRunning(after: string, size: number): Promise<ReadonlyArray<Pick<ErasureRecord, 'id' | 'userId'>>>;
  /** Gives a running erasure of this person and holds it until the transaction ends; null when there is none. */
  lockRunning(erasure: { readonly id: string; readonly userId: string }): Promise<ErasureRecord | null>;
  complete(
    id: string,
    end: { readonly endedAt: Date; readonly certificate: object; readonly certificateHash: string },
  ): Promise<void>;
  refuse(id: string, end: { readonly endedAt: Date; readonly refusal: string }): Promise<void>;
}

export function createErasureStore(prisma: Prisma.TransactionClient): ErasureStore {
  return {
    async open(erasure) {
      const [opened] = await prisma.erasure.createManyAndReturn({
        data: [erasure],
        skipDuplicates: true,
        select: columns,
      });
      return opened ?? null;
    },
    findOfPerson: (userId) =>
      prisma.erasure.findFirst({ where: { userId, state: { not: 'REFUSED' } }, select: columns }),
    async findMany(ids) {
      const rows = await prisma.erasure.findMany({ where: { id: { in: [...ids] } }, select: columns });
      return new Map(rows.map((row) => [row.id, row]));
    },
    list(page, { state, userId }) {
      const { where, orderBy, take } = keysetQuery(page, 'requestedAt');
      return prisma.erasure.findMany({
        where: {
          ...where,
          ...(state === undefined ? {} : { state }),
          ...(userId === undefined ? {} : { userId }),
        },
        orderBy,
        take,
        select: columns,
      });
    },
    findRunning: (after, size) =>
      prisma.erasure.findMany({
        where: { state: 'RUNNING', id: { gt: after } },
        orderBy: { id: 'asc' },
        take: size,
        select: { id: true, userId: true },
      }),
    async lockRunning({ id, userId }) {
      const rows = await prisma.$queryRaw<unknown[]>`
        SELECT 1 FROM erasures WHERE id = ${id}::uuid AND user_id = ${userId}::uuid AND state = 'RUNNING' FOR UPDATE`;
      return rows.length === 0 ? null : prisma.erasure.findUnique({ where: { id }, select: columns });
    },
    async complete(id, end) {
      await prisma.erasure.update({
        where: { id },
        data: { state: 'COMPLETED', ...end, certificate: end.certificate },
        select: { id: true },
      });
    },
    async refuse(id, end) {
      await prisma.erasure.update({
        where: { id },
        data: { state: 'REFUSED', ...end },
        select: { id: true },
      });
    },
  };
}
