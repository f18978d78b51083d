import type { Viewer } from '@supergraph/platform/identity';
import type { UserDirectory } from '../clients/user-directory.js';
import type { ProcessingContext } from './process-payments.js';

/** What every domain function gets: who asks, and what it works with. */
export interface DomainContext extends ProcessingContext {
  readonly viewer: Viewer;
  /** What auth knows of users. */
  readonly users: UserDirectory;
  /** How long a new payment can be called off before it is handed to the provider, in milliseconds. */
  readonly processingDelayMilliseconds: number;
}
