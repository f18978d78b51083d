import { requireUser } from '@supergraph/platform/identity';
import { validate, type InvalidInput } from '@supergraph/platform/validation';
import { z } from 'zod';
import { preferencesUpdated } from '../events/tells.js';
import type { PreferencesChanges } from '../store/preferences.js';
import { changeOwnProfile } from './change-own-profile.js';
import { chosenFields } from './changes.js';
import type { DomainContext } from './context.js';
import type { AccountErased, ProfileUpdated, StaleVersion } from './outcomes.js';
import { currencyCode, locale, timeZone } from './regional-settings.js';

const preferencesUpdate = z.object({
  expectedVersion: z.number().int(),
  theme: z.enum(['LIGHT', 'DARK', 'SYSTEM']).nullish(),
  locale: locale.nullish(),
  timeZone: timeZone.nullish(),
  currency: currencyCode.nullish(),
  notifications: z
    .object({ email: z.boolean().nullish(), push: z.boolean().nullish(), sms: z.boolean().nullish() })
    .nullish(),
});

/**
 * Changes the viewer's own preferences: what is absent or null stays. It counts as a change of the profile.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED`
 */
export async function updatePreferences(
  context: DomainContext,
  input: z.input<typeof preferencesUpdate>,
): Promise<ProfileUpdated | StaleVersion | AccountErased | InvalidInput> {
  requireUser(context.viewer);
  const checked = validate(preferencesUpdate, input);
  if (checked.type === 'invalidInput') {
    return checked;
  }
  const { expectedVersion, notifications, ...fields } = checked.value;
  const changes: PreferencesChanges = chosenFields({
    ...fields,
    notifyEmail: notifications?.email,
    notifyPush: notifications?.push,
    notifySms: notifications?.sms,
  });
  return changeOwnProfile(context, {
    expectedVersion,
    changes,
    fields: Object.keys(chosenFields({ ...fields, notifications })),
    async write({ profiles, preferences }, userId) {
      // The profile's row comes first: its lock makes concurrent writers of the preferences wait their turn.
      const profile = await profiles.touch({ userId, expectedVersion });
      if (profile !== null) {
        await preferences.write(profile.id, changes);
      }
      return profile;
    },
    tellChange: preferencesUpdated,
  });
}
