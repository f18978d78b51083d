import { requireScope } from '@supergraph/platform/identity';
import type { SettingRecord } from '../store/settings.js';
import type { DomainContext } from './context.js';

/**
 * Gives every setting, by name, to ADMIN.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED` or `FORBIDDEN`
 */
export async function listSettings({ viewer, store }: DomainContext): Promise<ReadonlyArray<SettingRecord>> {
  requireScope(viewer, 'admin');
  return store.settings.list();
}

/**
 * Gives one setting to ADMIN, null when there is none of this name.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED` or `FORBIDDEN`
 */
export async function findSetting(
  { viewer, store }: DomainContext,
  key: string,
): Promise<SettingRecord | null> {
  requireScope(viewer, 'admin');
  return store.settings.find(key);
}
