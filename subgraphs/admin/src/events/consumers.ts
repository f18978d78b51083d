import type { EventSource } from '@supergraph/platform/configuration';
import type { Database } from '@supergraph/platform/database';
import { repairReplica, type ConsumerDefinition, type EventHandlers } from '@supergraph/platform/events';
import type { StepTime } from '../domain/erasure.js';
import { askAgainForErasures } from '../domain/remind-of-erasures.js';
import type { Prisma } from '../generated/prisma/client.js';
import type { Store } from '../store/index.js';
import { createErasureHandlers } from './hears-erasures.js';
import { createAuditHandlers, recordLostEvents } from './hears-everything.js';
import { createUserHandlers } from './hears-users.js';
import { withUsersReplica } from './reach-users.js';
import { USERS_REPLICA } from './replicas.js';

type Transaction = Prisma.TransactionClient;

/**
 * Makes what admin keeps because of others' events: the audit log of all of them, the replica of users, and how far
 * erasures are. Each stands on its own, so that one that is held up holds up nothing else.
 *
 * @param options.sources whose events are read, and how their owners are reached
 */
export function createConsumers(options: {
  readonly store: Store;
  readonly database: Pick<Database, 'pool'>;
  readonly sources: ReadonlyArray<EventSource>;
  readonly time: StepTime;
}): ReadonlyArray<ConsumerDefinition<Transaction>> {
  const { store, sources, time } = options;
  const erasures = createErasureHandlers(store, time);
  return [
    ...sources.map(({ name: source }): ConsumerDefinition<Transaction> => ({
      name: 'audit',
      source,
      handlers: createAuditHandlers(store, source),
      repair: (lost) => recordLostEvents(store, lost),
    })),
    ...Object.entries(erasures).map(([source, handlers]): ConsumerDefinition<Transaction> => ({
      name: 'erasures',
      source,
      handlers: handlers as EventHandlers<Transaction>,
      repair: () => askAgainForErasures(store),
    })),
    {
      name: USERS_REPLICA.consumer,
      source: USERS_REPLICA.source,
      handlers: createUserHandlers(store) as EventHandlers<Transaction>,
      async repair() {
        await withUsersReplica(options, (replica) => repairReplica(replica));
      },
    },
  ];
}
