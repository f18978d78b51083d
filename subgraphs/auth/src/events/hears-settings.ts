import { crashPoint, type TypedEventHandlers } from '@supergraph/platform/events';
import { concernsAuth } from '../domain/settings.js';
import type { EventData } from '../generated/events.js';
import type { Prisma } from '../generated/prisma/client.js';
import { createSettingStore } from '../store/settings.js';

/** What a change of a setting does here: the copy of those that concern auth is kept. */
export function createSettingHandlers(): TypedEventHandlers<Prisma.TransactionClient, EventData> {
  return {
    async 'admin.setting.changed'({ data: { key, value, version } }, transaction) {
      if (concernsAuth({ key, value })) {
        await createSettingStore(transaction).put({ key, value, version });
        crashPoint('auth.settingKept');
      }
    },
  };
}
