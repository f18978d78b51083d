import { crashPoint, type Outbox, type TypedEventHandlers } from '@supergraph/platform/events';
import { erasePerson } from '../domain/erase-person.js';
import type { EventData } from '../generated/events.js';
import type { Prisma } from '../generated/prisma/client.js';
import { createPersonErasure } from '../store/person-erasure.js';
import { putPayer, setPayerStatus, setPayerVersion } from '../store/payer-changes.js';

/** What auth's events do here: they keep the replica of payers, and an erasure takes the person out of everything. */
export function createAuthHandlers(outbox: Outbox): TypedEventHandlers<Prisma.TransactionClient, EventData> {
  return {
    async 'auth.user.registered'({ data }, transaction) {
      const { userId: id, email, name, status, version } = data;
      // Whose data are gone from the event was erased since: there is nothing to keep.
      if (email !== null && name !== null && status !== 'ERASED') {
        await putPayer(transaction, { id, email, name, status, version });
        crashPoint('payments.payerKept');
      }
    },
    async 'auth.user.suspended'({ data: { userId, version } }, transaction) {
      await setPayerStatus(transaction, { id: userId, status: 'SUSPENDED', version });
    },
    async 'auth.user.reinstated'({ data: { userId, version } }, transaction) {
      await setPayerStatus(transaction, { id: userId, status: 'ACTIVE', version });
    },
    // They change nothing that payments keeps but the version, which the replica is compared by.
    async 'auth.user.role_changed'({ data }, transaction) {
      await setPayerVersion(transaction, data.userId, data.version);
    },
    async 'auth.user.email_verified'({ data }, transaction) {
      await setPayerVersion(transaction, data.userId, data.version);
    },
    async 'auth.user.password_changed'({ data }, transaction) {
      await setPayerVersion(transaction, data.userId, data.version);
    },
    async 'auth.user.erased'({ data: { userId, erasureId } }, transaction) {
      await erasePerson(createPersonErasure(transaction, outbox), { userId, erasureId });
      crashPoint('payments.personErased');
    },
  };
}
