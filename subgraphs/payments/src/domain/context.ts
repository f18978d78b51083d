import type { Viewer } from '@supergraph/platform/identity';
import type { UserDirectory } from '../clients/user-directory.js';
import type { Store } from '../store/index.js';

/** What every domain function gets: who asks, and what it works with. */
export interface DomainContext {
  readonly viewer: Viewer;
  readonly store: Store;
  /** What auth knows of users. */
  readonly users: UserDirectory;
}
