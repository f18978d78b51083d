import { makeDueOccurrences } from '../domain/make-recurring-payments.js';
import { handOverDue, settleUnsettled, type ProcessingContext } from '../domain/process-payments.js';
import { settleUnsettledRefunds } from '../domain/settle-refunds.js';

/**
 * One round of the worker: makes what recurs, hands over what is due and asks about what was not settled. Any number of replicas may do
 * it at once.
 *
 * @returns how many things it dealt with
 */
export async function doRound(context: ProcessingContext): Promise<number> {
  const made = await makeDueOccurrences(context);
  const handedOver = await handOverDue(context);
  const settled = await settleUnsettled(context);
  const refunded = await settleUnsettledRefunds(context);
  return made + handedOver + settled + refunded;
}
