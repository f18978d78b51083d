import { requireScope } from '@supergraph/platform/identity';
import { toConnection, type Connection, type Page } from '@supergraph/platform/paging';
import type { ErasureStepRecord } from '../store/erasure-steps.js';
import type { ErasureFilter, ErasureRecord } from '../store/erasures.js';
import type { DomainContext } from './context.js';
import { ERASURE_SERVICES } from './erasure.js';

/**
 * Lists erasures, the newest first, for ADMIN.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED` or `FORBIDDEN`
 */
export async function listErasures(
  { viewer, store }: DomainContext,
  args: { readonly page: Page; readonly filter: ErasureFilter },
): Promise<Connection<ErasureRecord>> {
  requireScope(viewer, 'admin');
  const rows = await store.erasures.list(args.page, args.filter);
  return toConnection(args.page, rows, (erasure) => ({ at: erasure.requestedAt, id: erasure.id }));
}

/** Tells whether a step is not done although it should be. */
export function isOverdue({ state, deadline }: ErasureStepRecord, now: Date): boolean {
  return state === 'RUNNING' && deadline !== null && deadline < now;
}

/** Gives steps in the order in which they begin. */
export function inOrder(steps: ReadonlyArray<ErasureStepRecord>): ReadonlyArray<ErasureStepRecord> {
  return [...steps].sort(
    (one, other) => ERASURE_SERVICES.indexOf(one.service) - ERASURE_SERVICES.indexOf(other.service),
  );
}
