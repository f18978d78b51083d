import type { PreferencesRecord } from '../store/preferences.js';

/** What holds until somebody chooses; the columns' defaults say the same. */
export const DEFAULT_PREFERENCES: PreferencesRecord = {
  theme: 'SYSTEM',
  locale: 'en',
  timeZone: 'UTC',
  currency: 'EUR',
  notifyEmail: true,
  notifyPush: false,
  notifySms: false,
};
