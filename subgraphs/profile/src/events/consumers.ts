import type { EventSource } from '@supergraph/platform/configuration';
import {
  createReplicaClient,
  type ConsumerDefinition,
  type EventHandlers,
} from '@supergraph/platform/events';
import { agreeWithUsers } from '../domain/agree-with-users.js';
import type { Prisma } from '../generated/prisma/client.js';
import type { Store } from '../store/index.js';
import { createAuthHandlers } from './hears-auth.js';

/**
 * Makes what profile keeps because of others' events.
 *
 * @param sources whose events are read, and how their owners are reached
 */
export function createConsumers(
  store: Store,
  sources: ReadonlyArray<EventSource>,
): ReadonlyArray<ConsumerDefinition<Prisma.TransactionClient>> {
  return [
    {
      name: 'profiles',
      source: 'auth',
      handlers: createAuthHandlers(store) as EventHandlers<Prisma.TransactionClient>,
      async repair() {
        const { urls, secret } = requireSource(sources, 'auth');
        const users = createReplicaClient({ source: 'auth', name: 'users', urls, caller: 'profile', secret });
        try {
          await agreeWithUsers(store, users);
        } finally {
          await users.close();
        }
      },
    },
  ];
}

function requireSource(sources: ReadonlyArray<EventSource>, name: string): EventSource {
  const source = sources.find((one) => one.name === name);
  if (source === undefined) {
    throw new Error(`\`${name}\` is not among the services that are listened to.`);
  }
  return source;
}
