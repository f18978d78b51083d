import { createEntityLoader, groupBy, type EntityLoader } from '@supergraph/platform/database';
import type { Page } from '@supergraph/platform/paging';
import type { AuditEntryRecord } from './audit-entries.js';
import type { ErasureStepRecord } from './erasure-steps.js';
import type { ErasureRecord } from './erasures.js';
import type { Store } from './index.js';

/** A page of one user's audit trail. */
export interface AuditTrailKey {
  readonly userId: string;
  readonly page: Page;
}

/** One batch a table and request: whatever one request asks of a table costs one statement. */
export interface Loaders {
  readonly auditEntry: EntityLoader<string, AuditEntryRecord>;
  readonly auditTrail: EntityLoader<AuditTrailKey, ReadonlyArray<AuditEntryRecord>>;
  readonly erasure: EntityLoader<string, ErasureRecord>;
  /** By the erasure's id. */
  readonly erasureSteps: EntityLoader<string, ReadonlyArray<ErasureStepRecord>>;
}

/** Makes the loaders of one request. */
export function createLoaders(store: Store): Loaders {
  return {
    auditEntry: createEntityLoader((ids) => store.auditEntries.findMany(ids)),
    auditTrail: createEntityLoader((keys) => loadTrails(store, keys), toText),
    erasure: createEntityLoader((ids) => store.erasures.findMany(ids)),
    erasureSteps: createEntityLoader((ids) => store.erasureSteps.findMany(ids)),
  };
}

/** One statement a page that was asked for: a selection asks every user for the same one. */
async function loadTrails(
  store: Store,
  keys: ReadonlyArray<AuditTrailKey>,
): Promise<ReadonlyMap<string, ReadonlyArray<AuditEntryRecord>>> {
  const found = new Map<string, ReadonlyArray<AuditEntryRecord>>();
  await Promise.all(
    [...groupBy(keys, ({ page }) => JSON.stringify(page)).values()].map(async (group) => {
      const page = group[0]?.page;
      if (page === undefined) {
        return;
      }
      const userIds = group.map(({ userId }) => userId);
      for (const [userId, entries] of await store.auditEntries.listTrails(page, userIds)) {
        found.set(toText({ userId, page }), entries);
      }
    }),
  );
  return found;
}

function toText({ userId, page }: AuditTrailKey): string {
  return `${userId} ${JSON.stringify(page)}`;
}
