import { createEntityLoader, type EntityLoader } from '@supergraph/platform/database';
import type { Store } from './index.js';
import type { SessionRecord } from './sessions.js';
import type { UserRecord } from './users.js';

/** One batch a table and request: whatever one request asks of a table costs one statement. */
export interface Loaders {
  readonly user: EntityLoader<string, UserRecord>;
  readonly sessionsOfUser: EntityLoader<string, ReadonlyArray<SessionRecord>>;
}

/** Makes the loaders of one request. */
export function createLoaders(store: Store): Loaders {
  return {
    user: createEntityLoader((ids) => store.users.findMany(ids)),
    sessionsOfUser: createEntityLoader((userIds) => store.sessions.listLive(userIds)),
  };
}
