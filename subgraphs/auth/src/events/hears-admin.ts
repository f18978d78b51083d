import type { TypedEventHandlers } from '@supergraph/platform/events';
import type { ErasureRequest } from '../domain/erase-user.js';
import type { EventData } from '../generated/events.js';
import type { Prisma } from '../generated/prisma/client.js';

/**
 * What auth does because of what admin tells.
 *
 * @param erase the step of auth in the erasure of a person
 */
export function createAdminHandlers(
  erase: (transaction: Prisma.TransactionClient, request: ErasureRequest) => Promise<void>,
): TypedEventHandlers<Prisma.TransactionClient, EventData> {
  return {
    'admin.erasure.requested': ({ data: { erasureId, userId }, actor }, transaction) =>
      erase(transaction, { erasureId, userId: userId.toLowerCase(), actor }),
  };
}
