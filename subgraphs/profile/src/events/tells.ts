import type { NewEvent } from '@supergraph/platform/events';
import type { EventData } from '../generated/events.js';
import type { ProfileRecord } from '../store/profiles.js';

/** On whose behalf something was done. */
export interface Doer {
  /** Bare user id; null for the service itself. */
  readonly actor: string | null;
  readonly client?: { readonly ip: string | null; readonly userAgent: string | null };
}

/** `profile.profile.created` */
export function profileCreated(profile: ProfileRecord, doer: Doer): NewEvent {
  const { userId, id: profileId, version } = profile;
  const data: EventData['profile.profile.created'] = { userId, profileId, version };
  return { type: 'profile.profile.created', data: { ...data }, ...about(profile, doer) };
}

/**
 * `profile.profile.updated`
 *
 * @param fields what changed, by the names in the graph; never the values
 */
export function profileUpdated(profile: ProfileRecord, fields: ReadonlyArray<string>, doer: Doer): NewEvent {
  const { userId, id: profileId, version } = profile;
  const data: EventData['profile.profile.updated'] = { userId, profileId, fields: [...fields], version };
  return { type: 'profile.profile.updated', data: { ...data }, ...about(profile, doer) };
}

/**
 * `profile.preferences.updated`
 *
 * @param fields what changed, by the names in the graph; never the values
 */
export function preferencesUpdated(
  profile: ProfileRecord,
  fields: ReadonlyArray<string>,
  doer: Doer,
): NewEvent {
  const { userId, version } = profile;
  const data: EventData['profile.preferences.updated'] = { userId, fields: [...fields], version };
  return { type: 'profile.preferences.updated', data: { ...data }, ...about(profile, doer) };
}

/**
 * `profile.profile.erased`
 *
 * @param profileId null when there was no profile
 */
export function profileErased(data: EventData['profile.profile.erased'], profileId: string | null): NewEvent {
  const { aggregate, entities } = about({ userId: data.userId, id: profileId }, { actor: null });
  return { type: 'profile.profile.erased', data: { ...data }, aggregate, entities };
}

/** A user has one profile, so the user's id names the aggregate, also when the profile is gone. */
function about(profile: { readonly userId: string; readonly id: string | null }, doer: Doer) {
  const { userId, id } = profile;
  return {
    aggregate: { type: 'profile', id: userId },
    // A cache may keep the profile as a part of its user.
    entities: [{ typename: 'User', id: userId }, ...(id === null ? [] : [{ typename: 'Profile', id }])],
    ...doer,
  };
}
