import { isUniqueViolation } from '@supergraph/platform/database';
import type { PrismaClient } from '../generated/prisma/client.js';

/** An order as the test provider wrote it down. */
export interface BookedOrder {
  readonly key: string;
  readonly outcome: 'SUCCEEDED' | 'DECLINED';
  /** From when the provider tells the outcome. */
  readonly knownFrom: Date;
}

/** An order to be written down. */
export interface NewOrder extends BookedOrder {
  /** Of the charge that is paid back; null for a charge. */
  readonly chargeKey: string | null;
  readonly amount: string;
  readonly currency: string;
}

/** Table `test_provider_orders`: what outlives a crash of this service at the provider. */
export interface TestProviderBooks {
  find(key: string): Promise<BookedOrder | null>;
  /** Writes the order, or gives the one that came under this key before. */
  add(order: NewOrder): Promise<{ readonly order: BookedOrder; readonly isNew: boolean }>;
}

const selection = { key: true, outcome: true, knownFrom: true } as const;

export function createTestProviderBooks(prisma: PrismaClient): TestProviderBooks {
  const find: TestProviderBooks['find'] = (key) =>
    prisma.testProviderOrder.findUnique({ where: { key }, select: selection });
  return {
    find,
    async add(order) {
      try {
        return {
          order: await prisma.testProviderOrder.create({ data: order, select: selection }),
          isNew: true,
        };
      } catch (error) {
        const before = isUniqueViolation(error) ? await find(order.key) : null;
        if (before === null) {
          throw error;
        }
        return { order: before, isNew: false };
      }
    },
  };
}
