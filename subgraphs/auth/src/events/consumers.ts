import type { ConsumerDefinition, EventHandlers } from '@supergraph/platform/events';
import type { ErasureRequest } from '../domain/erase-user.js';
import type { Prisma } from '../generated/prisma/client.js';
import type { SettingStore } from '../store/settings.js';
import { createAdminHandlers } from './hears-admin.js';
import { createSettingHandlers } from './hears-settings.js';

/** Everything that auth hears. */
export function createConsumers(parts: {
  readonly settings: Pick<SettingStore, 'acceptAnyVersion'>;
  readonly erase: (transaction: Prisma.TransactionClient, request: ErasureRequest) => Promise<void>;
}): ReadonlyArray<ConsumerDefinition<Prisma.TransactionClient>> {
  return [
    {
      name: 'erasures',
      source: 'admin',
      handlers: createAdminHandlers(parts.erase) as EventHandlers<Prisma.TransactionClient>,
      // It keeps no copy of anything of admin's. A request that was lost with admin's log is one that admin does not
      // remember either; one that it remembers and that nobody answered it asks again.
      repair: () => Promise.resolve(),
    },
    {
      name: 'settings',
      source: 'admin',
      handlers: createSettingHandlers() as EventHandlers<Prisma.TransactionClient>,
      // admin may count again from an earlier version: what was last heard stays until it tells the next change.
      repair: () => parts.settings.acceptAnyVersion(),
    },
  ];
}
