import type { EventSource } from '@supergraph/platform/configuration';
import {
  createReplicaClient,
  repairReplica,
  type ConsumerDefinition,
  type EventHandlers,
  type Outbox,
  type TransactionRunner,
} from '@supergraph/platform/events';
import type { Database } from '@supergraph/platform/database';
import { erasePerson } from '../domain/erase-person.js';
import type { Prisma } from '../generated/prisma/client.js';
import { createPersonErasure } from '../store/person-erasure.js';
import type { SettingStore } from '../store/settings.js';
import { createSettingHandlers } from './hears-settings.js';
import { createAuthHandlers } from './hears-auth.js';
import { PAYERS_REPLICA } from './replicas.js';

/**
 * Makes what payments keeps because of others' events.
 *
 * @param options.sources whose events are read, and how their owners are reached
 */
export function createConsumers(options: {
  readonly outbox: Outbox;
  readonly settings: Pick<SettingStore, 'acceptAnyVersion'>;
  readonly database: Pick<Database, 'pool'>;
  readonly sources: ReadonlyArray<EventSource>;
  readonly runInTransaction: TransactionRunner<Prisma.TransactionClient>;
}): ReadonlyArray<ConsumerDefinition<Prisma.TransactionClient>> {
  const { pool } = options.database;
  const { source, name, consumer } = PAYERS_REPLICA;
  return [
    {
      name: consumer,
      source,
      handlers: createAuthHandlers(options.outbox) as EventHandlers<Prisma.TransactionClient>,
      async repair() {
        const { urls, secret } = requireSource(options.sources, source);
        const client = createReplicaClient({ source, name, urls, caller: 'payments', secret });
        try {
          await repairReplica({ ...PAYERS_REPLICA, client, pool });
          // Who was erased while events were lost: their erasure ended, or asks again, so nothing is told of it.
          const { rows } = await pool.query<{ id: string }>("SELECT id FROM payers WHERE status = 'ERASED'");
          for (const { id: userId } of rows) {
            await options.runInTransaction((transaction) =>
              erasePerson(createPersonErasure(transaction, options.outbox), { userId, erasureId: null }),
            );
          }
        } finally {
          await client.close();
        }
      },
    },
    {
      name: 'settings',
      source: 'admin',
      handlers: createSettingHandlers() as EventHandlers<Prisma.TransactionClient>,
      // admin may count again from an earlier version: what was last heard stays until it tells the next change.
      repair: () => options.settings.acceptAnyVersion(),
    },
  ];
}

function requireSource(sources: ReadonlyArray<EventSource>, name: string): EventSource {
  const found = sources.find((source) => source.name === name);
  if (found === undefined) {
    throw new Error(`\`${name}\` is not among the services that are listened to.`);
  }
  return found;
}
