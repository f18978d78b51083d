import type { Viewer } from '@supergraph/platform/identity';
import type { Doer } from '../events/tells.js';
import type { ProcessingContext } from './process-payments.js';

/** What every domain function gets: who asks, and what it works with. */
export interface DomainContext extends ProcessingContext {
  readonly viewer: Viewer;
  /** From where. */
  readonly client: { readonly ip: string | null; readonly userAgent: string | null };
  /** How long a new payment can be called off before it is handed to the provider, in milliseconds. */
  readonly processingDelayMilliseconds: number;
  /** As of when the replica of payers is current; null when it never was. */
  readonly payersAsOf: () => Date | null;
}

/** Names the viewer in what is told. */
export function doerOf({ viewer, client }: Pick<DomainContext, 'viewer' | 'client'>): Doer {
  return { actor: viewer.kind === 'user' ? viewer.userId : null, client };
}
