import type { Viewer } from '@supergraph/platform/identity';
import type { Store } from '../store/index.js';

/** What every domain function gets: who asks, from where, and what it works with. */
export interface DomainContext {
  readonly viewer: Viewer;
  readonly client: { readonly ip: string | null; readonly userAgent: string | null };
  readonly store: Store;
}
