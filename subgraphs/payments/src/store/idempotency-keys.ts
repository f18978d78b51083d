import type { PrismaClient } from '../generated/prisma/client.js';
import { paymentSelection, toPaymentRecord } from './payment-columns.js';
import type { PaymentRecord } from './records.js';

/** A request that was carried out before. */
export interface CarriedOut {
  readonly requestHash: string;
  readonly payment: PaymentRecord;
}

/** Table `idempotency_keys`; rows are written with their payment, by the store of payments. */
export interface IdempotencyKeyStore {
  find(userId: string, key: string): Promise<CarriedOut | null>;
}

export function createIdempotencyKeyStore(prisma: PrismaClient): IdempotencyKeyStore {
  return {
    async find(userId, key) {
      const row = await prisma.idempotencyKey.findUnique({
        where: { userId_key: { userId, key } },
        select: { requestHash: true, payment: { select: paymentSelection } },
      });
      return row === null ? null : { requestHash: row.requestHash, payment: toPaymentRecord(row.payment) };
    },
  };
}
