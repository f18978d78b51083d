import type { ProfileRecord } from '../store/profiles.js';

/** The change was carried out, or there was nothing to change; this is the profile now. */
export interface ProfileUpdated {
  readonly type: 'profileUpdated';
  readonly profile: ProfileRecord;
}

/** Somebody changed the profile after it was read. */
export interface StaleVersion {
  readonly type: 'staleVersion';
  /** The version that it has now. */
  readonly currentVersion: number;
}

/** Somebody else has this handle. */
export interface HandleTaken {
  readonly type: 'handleTaken';
}

/** The person's account was erased; a token of it may still be good for minutes. */
export interface AccountErased {
  readonly type: 'accountErased';
}
