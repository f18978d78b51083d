import { crashPoint, type TypedEventHandlers } from '@supergraph/platform/events';
import type { EventData } from '../generated/events.js';
import type { Prisma } from '../generated/prisma/client.js';
import type { Store } from '../store/index.js';

/** What auth's events do here: they keep the replica of users. */
export function createUserHandlers(store: Store): TypedEventHandlers<Prisma.TransactionClient, EventData> {
  const users = (transaction: Prisma.TransactionClient) => store.within(transaction).users;
  return {
    async 'auth.user.registered'({ data }, transaction) {
      const { userId: id, email, name, role, status, version } = data;
      // Whose data are gone from the event was erased since: there is nothing to keep.
      if (email !== null && name !== null) {
        await users(transaction).put({ id, email, name, role, status, version });
        crashPoint('admin.userKept');
      }
    },
    async 'auth.user.role_changed'({ data: { userId, role, version } }, transaction) {
      await users(transaction).change(userId, { role, version });
    },
    async 'auth.user.suspended'({ data: { userId, version } }, transaction) {
      await users(transaction).change(userId, { status: 'SUSPENDED', version });
    },
    async 'auth.user.reinstated'({ data: { userId, version } }, transaction) {
      await users(transaction).change(userId, { status: 'ACTIVE', version });
    },
    // They change nothing that admin keeps but the version, which the replica is compared by.
    async 'auth.user.email_verified'({ data: { userId, version } }, transaction) {
      await users(transaction).change(userId, { version });
    },
    async 'auth.user.password_changed'({ data: { userId, version } }, transaction) {
      await users(transaction).change(userId, { version });
    },
    // The row itself goes with the rest of what admin has of the person, when all services have done their part.
    async 'auth.user.erased'({ data: { userId, version } }, transaction) {
      await users(transaction).blank(userId, version);
    },
  };
}
