import type { SettingRecord } from '../store/settings.js';

/** The setting has the new value. */
export interface SettingChanged {
  readonly type: 'settingChanged';
  readonly setting: SettingRecord;
}

/** There is no setting of this name. */
export interface SettingNotFound {
  readonly type: 'settingNotFound';
}

/** Somebody changed it after it was read. */
export interface StaleVersion {
  readonly type: 'staleVersion';
  readonly currentVersion: number;
}
