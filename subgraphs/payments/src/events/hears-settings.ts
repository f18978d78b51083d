import { crashPoint, type TypedEventHandlers } from '@supergraph/platform/events';
import { concernsPayments } from '../domain/payment-settings.js';
import type { EventData } from '../generated/events.js';
import type { Prisma } from '../generated/prisma/client.js';
import { createSettingStore } from '../store/settings.js';

/** What a change of a setting does here: the copy of those that concern payments is kept. */
export function createSettingHandlers(): TypedEventHandlers<Prisma.TransactionClient, EventData> {
  return {
    async 'admin.setting.changed'({ data: { key, value, version } }, transaction) {
      if (concernsPayments({ key, value })) {
        await createSettingStore(transaction).put({ key, value, version });
        crashPoint('payments.settingKept');
      }
    },
  };
}
