import { ApplicationError, describeCause } from '@supergraph/platform/errors';
import { crashPoint } from '@supergraph/platform/events';
import { v7 as uuidv7 } from 'uuid';
import type { RecurringPaymentRecord } from '../store/records.js';
import { findPayers } from './payers.js';
import { toPaymentSettings } from './payment-settings.js';
import { claim, type ProcessingContext } from './process-payments.js';
import { planStep, type Standing } from './recurring-step.js';

/**
 * Makes the payments of recurring payments that are due, each PENDING and due at once: {@link handOverDue} pays it like
 * any other. Payment and step of the series commit together, so a crash leaves both or neither. While new payments are
 * stopped nothing is made: what is due waits.
 *
 * @returns how many recurring payments were dealt with
 */
export async function makeDueOccurrences(context: ProcessingContext): Promise<number> {
  const { store, logger } = context;
  if (!toPaymentSettings(await store.settings.read()).isEnabled) {
    return 0;
  }
  const { series, now } = await store.recurringProcessing.claimDue(claim(context));
  await Promise.all(
    series.map(async (one) => {
      try {
        const step = planStep(one, await standingOf(context, one), now);
        await store.recurringProcessing.advance(one, step, { id: uuidv7(), processAfter: now });
        crashPoint('payments.occurrenceMade');
      } catch (error) {
        // Nothing was made: it is tried again when the lease is over, and its neighbours go on.
        const isAway = error instanceof ApplicationError && error.code === 'DEPENDENCY_UNAVAILABLE';
        logger[isAway ? 'warn' : 'error'](
          { recurringPaymentId: one.id, cause: describeCause(error) },
          'a recurring payment was not dealt with yet',
        );
      }
    }),
  );
  return series.length;
}

/** By the accounts of both parties as they are now; auth is asked for who is missing in the replica. */
async function standingOf(
  context: ProcessingContext,
  { userId, recipientId }: RecurringPaymentRecord,
): Promise<Standing> {
  const people = await findPayers(context, recipientId === null ? [userId] : [userId, recipientId]);
  const payer = toStanding('PAYER', people.get(userId)?.status);
  return recipientId === null || payer.type !== 'allowed'
    ? payer
    : toStanding('RECIPIENT', people.get(recipientId)?.status);
}

function toStanding(
  party: 'PAYER' | 'RECIPIENT',
  status: 'ACTIVE' | 'SUSPENDED' | 'ERASED' | undefined,
): Standing {
  switch (status) {
    case 'ACTIVE':
      return { type: 'allowed' };
    case 'SUSPENDED':
      return { type: 'paused', reason: `${party}_SUSPENDED` };
    case 'ERASED':
      return { type: 'ended', reason: `${party}_ERASED` };
    case undefined:
      return { type: 'ended', reason: `${party}_UNKNOWN` };
  }
}
