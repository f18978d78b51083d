import { requireScope } from '@supergraph/platform/identity';
import type { InvalidInput } from '@supergraph/platform/validation';
import { settingChanged } from '../events/tells.js';
import type { DomainContext } from './context.js';
import type { SettingChanged, SettingNotFound, StaleVersion } from './outcomes.js';
import { checkSettingValue } from './setting-value.js';
import { tellAndRecord } from './tell-and-record.js';

/**
 * Changes a setting, tells so and records who did: all of it or nothing.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED` or `FORBIDDEN`
 */
export async function updateSetting(
  context: DomainContext,
  input: { readonly key: string; readonly value: unknown; readonly expectedVersion: number },
): Promise<SettingChanged | SettingNotFound | StaleVersion | InvalidInput> {
  const { userId } = requireScope(context.viewer, 'admin');
  const { store, client } = context;
  const { key, expectedVersion } = input;
  const before = await store.settings.find(key);
  if (before === null) {
    return { type: 'settingNotFound' };
  }
  const checked = checkSettingValue(before.type, input.value);
  if (checked.type === 'invalidInput') {
    return checked;
  }
  if (before.version !== expectedVersion) {
    return { type: 'staleVersion', currentVersion: before.version };
  }
  const occurredAt = new Date();
  const setting = await store.inTransaction(async (parts) => {
    const changed = await parts.settings.change({
      key,
      value: checked.value,
      expectedVersion,
      updatedBy: userId,
      updatedAt: occurredAt,
    });
    if (changed !== null) {
      const event = settingChanged(changed, { actor: userId, client });
      await tellAndRecord(
        parts,
        { ...event, occurredAt },
        {
          action: 'setting.changed',
          details: { from: before.value, to: changed.value, version: changed.version },
        },
      );
    }
    return changed;
  });
  if (setting === null) {
    // Somebody was faster between the look and the change; the version in the change's condition decided.
    const now = await store.settings.find(key);
    return now === null ? { type: 'settingNotFound' } : { type: 'staleVersion', currentVersion: now.version };
  }
  return { type: 'settingChanged', setting };
}
