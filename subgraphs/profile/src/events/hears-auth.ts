import { crashPoint, type TypedEventHandlers } from '@supergraph/platform/events';
import { createProfile } from '../domain/create-profile.js';
import { erasePerson } from '../domain/erase-person.js';
import type { EventData } from '../generated/events.js';
import type { Prisma } from '../generated/prisma/client.js';
import type { Store } from '../store/index.js';

/** What auth's events do here: who registers gets a profile, who is erased loses it. */
export function createAuthHandlers(store: Store): TypedEventHandlers<Prisma.TransactionClient, EventData> {
  return {
    async 'auth.user.registered'({ data }, transaction) {
      await createProfile(store.within(transaction), data.userId, { actor: null });
      crashPoint('profile.profileCreated');
    },
    async 'auth.user.erased'({ data }, transaction) {
      await erasePerson(store.within(transaction), data);
      crashPoint('profile.personErased');
    },
  };
}
