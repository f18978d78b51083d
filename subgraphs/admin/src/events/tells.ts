import type { NewEvent } from '@supergraph/platform/events';
import type { EventData } from '../generated/events.js';
import type { SettingRecord } from '../store/settings.js';

/** On whose behalf something was done. */
export interface Doer {
  /** Bare user id; null for the service itself. */
  readonly actor: string | null;
  readonly client?: { readonly ip: string | null; readonly userAgent: string | null };
}

/** `admin.setting.changed` */
export function settingChanged({ key, value, version }: SettingRecord, doer: Doer): NewEvent {
  return {
    type: 'admin.setting.changed',
    aggregate: { type: 'setting', id: key },
    data: { key, value, version },
    ...doer,
  };
}

/** `admin.erasure.requested` */
export function erasureRequested(data: EventData['admin.erasure.requested'], doer: Doer): NewEvent {
  return { type: 'admin.erasure.requested', data: { ...data }, ...aboutErasure(data.erasureId), ...doer };
}

/** `admin.erasure.refused` */
export function erasureRefused(data: EventData['admin.erasure.refused']): NewEvent {
  return { type: 'admin.erasure.refused', data: { ...data }, ...aboutErasure(data.erasureId) };
}

/** `admin.erasure.completed` */
export function erasureCompleted(data: EventData['admin.erasure.completed']): NewEvent {
  const { aggregate, entities } = aboutErasure(data.erasureId);
  return {
    type: 'admin.erasure.completed',
    data: { ...data },
    aggregate,
    entities: [...entities, { typename: 'User', id: data.userId }],
  };
}

function aboutErasure(id: string) {
  return { aggregate: { type: 'erasure', id }, entities: [{ typename: 'Erasure', id }] };
}
