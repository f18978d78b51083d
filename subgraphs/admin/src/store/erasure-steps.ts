import { groupBy } from '@supergraph/platform/database';
import type { Prisma } from '../generated/prisma/client.js';
import type { ErasureStepState } from '../generated/prisma/enums.js';

/** What was done in one table or other place. */
export interface ErasedStore {
  readonly store: string;
  readonly rows: number;
  readonly action: 'DELETED' | 'PSEUDONYMISED' | 'KEPT';
  /** Why rows were kept; null when none was. */
  readonly reason: string | null;
}

/** What one service does of an erasure. */
export interface ErasureStepRecord {
  readonly erasureId: string;
  readonly service: string;
  readonly state: ErasureStepState;
  readonly attempts: number;
  readonly startedAt: Date | null;
  readonly deadline: Date | null;
  readonly completedAt: Date | null;
  /** Null until it is done. */
  readonly stores: ReadonlyArray<ErasedStore> | null;
}

/** A step that is overdue, with what is needed to ask for it again. */
export interface OverdueStep {
  readonly erasureId: string;
  readonly userId: string;
  readonly service: string;
  readonly attempts: number;
  readonly deadline: Date;
}

/** Table `erasure_steps`. Changes of it are made while the erasure's own row is held. */
export interface ErasureStepStore {
  /** One statement for any number of erasures; gives their steps by the erasure's id, in no order. */
  findMany(erasureIds: ReadonlyArray<string>): Promise<ReadonlyMap<string, ReadonlyArray<ErasureStepRecord>>>;
  /** Adds the steps of a new erasure, all waiting. */
  add(erasureId: string, services: ReadonlyArray<string>): Promise<void>;
  /** Starts those of these steps that wait. */
  start(
    erasureId: string,
    services: ReadonlyArray<string>,
    time: { readonly startedAt: Date; readonly deadline: Date },
  ): Promise<void>;
  /** Notes that a step is done; false when it was before. */
  finish(
    erasureId: string,
    service: string,
    end: { readonly completedAt: Date; readonly stores: ReadonlyArray<ErasedStore> },
  ): Promise<boolean>;
  /** Ends every step that is not done, since the erasure was refused. */
  refuse(erasureId: string): Promise<void>;
  countOverdue(now: Date): Promise<number>;
  /**
   * Counts an attempt of each overdue step whose turn it is: when as much time went by again as it had at first. Held
   * until the transaction ends; those that others hold are left to them.
   */
  takeOverdue(now: Date): Promise<ReadonlyArray<OverdueStep>>;
}

export function createErasureStepStore(prisma: Prisma.TransactionClient): ErasureStepStore {
  return {
    async findMany(erasureIds) {
      const rows = await prisma.erasureStep.findMany({ where: { erasureId: { in: [...erasureIds] } } });
      return groupBy(
        rows.map((row) => ({ ...row, stores: row.stores as ReadonlyArray<ErasedStore> | null })),
        ({ erasureId }) => erasureId,
      );
    },
    async add(erasureId, services) {
      await prisma.erasureStep.createMany({ data: services.map((service) => ({ erasureId, service })) });
    },
    async start(erasureId, services, time) {
      await prisma.erasureStep.updateMany({
        where: { erasureId, service: { in: [...services] }, state: 'WAITING' },
        data: { state: 'RUNNING', attempts: 1, ...time },
      });
    },
    async finish(erasureId, service, { completedAt, stores }) {
      const { count } = await prisma.erasureStep.updateMany({
        where: { erasureId, service, state: { in: ['WAITING', 'RUNNING'] } },
        data: { state: 'DONE', completedAt, stores: stores.map((store) => ({ ...store })) },
      });
      return count > 0;
    },
    async refuse(erasureId) {
      await prisma.erasureStep.updateMany({
        where: { erasureId, state: { in: ['WAITING', 'RUNNING'] } },
        data: { state: 'REFUSED' },
      });
    },
    countOverdue: (now) => prisma.erasureStep.count({ where: { state: 'RUNNING', deadline: { lt: now } } }),
    takeOverdue: (now) => prisma.$queryRaw<OverdueStep[]>`
      WITH due AS (
        SELECT s.erasure_id, s.service FROM erasure_steps s
         WHERE s.state = 'RUNNING' AND s.deadline < ${now.toISOString()}::timestamptz
           AND s.started_at + s.attempts * (s.deadline - s.started_at) < ${now.toISOString()}::timestamptz
         ORDER BY s.erasure_id, s.service LIMIT 100 FOR UPDATE SKIP LOCKED
      )
      UPDATE erasure_steps s SET attempts = s.attempts + 1
        FROM due JOIN erasures e ON e.id = due.erasure_id
       WHERE s.erasure_id = due.erasure_id AND s.service = due.service
      RETURNING s.erasure_id::text AS "erasureId", e.user_id::text AS "userId", s.service, s.attempts, s.deadline`,
  };
}
