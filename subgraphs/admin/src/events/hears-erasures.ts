import { crashPoint, type TypedEventHandlers } from '@supergraph/platform/events';
import { recordStep, refuseErasure, type StepTime } from '../domain/erasure.js';
import { forgetPerson } from '../domain/forget-person.js';
import type { EventData } from '../generated/events.js';
import type { Prisma } from '../generated/prisma/client.js';
import type { Store } from '../store/index.js';

type Handlers = TypedEventHandlers<Prisma.TransactionClient, EventData>;

/** What the services tell of their parts in an erasure moves it on, by the service that tells. */
export function createErasureHandlers(store: Store, time: StepTime): Readonly<Record<string, Handlers>> {
  const record = async (
    transaction: Prisma.TransactionClient,
    service: string,
    data: Pick<EventData['auth.user.erased'], 'erasureId' | 'userId' | 'stores'>,
  ): Promise<boolean> => {
    const isKnown = await recordStep(store.within(transaction), { ...data, service }, time);
    crashPoint('admin.erasureStepRecorded');
    return isKnown;
  };
  return {
    auth: {
      async 'auth.user.erased'({ data }, transaction) {
        if (!(await record(transaction, 'auth', data))) {
          // Of an erasure that ended, or that this database, restored to an earlier time, does not know any more.
          await forgetPerson(store.within(transaction), data.userId);
        }
      },
      async 'auth.user.erasure_refused'({ data }, transaction) {
        await refuseErasure(store.within(transaction), data);
        crashPoint('admin.erasureRefused');
      },
    },
    profile: {
      async 'profile.profile.erased'({ data }, transaction) {
        await record(transaction, 'profile', data);
      },
    },
    payments: {
      async 'payments.payer.erased'({ data }, transaction) {
        await record(transaction, 'payments', data);
      },
    },
  };
}
