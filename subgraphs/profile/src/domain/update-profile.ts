import { requireUser } from '@supergraph/platform/identity';
import { line, paragraph, validate, type InvalidInput } from '@supergraph/platform/validation';
import { z } from 'zod';
import { profileUpdated } from '../events/tells.js';
import { isHandleTaken, type ProfileChanges } from '../store/profiles.js';
import { changeOwnProfile } from './change-own-profile.js';
import { chosenFields, givenFields, isEmptyChange } from './changes.js';
import { httpsUrl, phoneNumber } from './contact-details.js';
import type { DomainContext } from './context.js';
import { newHandle } from './handle.js';
import type { AccountErased, HandleTaken, ProfileUpdated, StaleVersion } from './outcomes.js';

const visibility = z.enum(['PUBLIC', 'PRIVATE']).nullish();

const profileUpdate = z.object({
  expectedVersion: z.number().int(),
  handle: newHandle.nullish(),
  displayName: line(100).nullish(),
  avatarUrl: httpsUrl.nullish(),
  phone: phoneNumber.nullish(),
  address: paragraph(500).nullish(),
  bio: paragraph(2_000).nullish(),
  visibility: z
    .object({
      displayName: visibility,
      avatarUrl: visibility,
      phone: visibility,
      address: visibility,
      bio: visibility,
    })
    .nullish(),
});

/**
 * Changes the viewer's own profile: what is absent stays, what is null is cleared.
 *
 * @throws {ApplicationError} `UNAUTHENTICATED`
 */
export async function updateProfile(
  context: DomainContext,
  input: z.input<typeof profileUpdate>,
): Promise<ProfileUpdated | StaleVersion | HandleTaken | AccountErased | InvalidInput> {
  requireUser(context.viewer);
  const checked = validate(profileUpdate, input);
  if (checked.type === 'invalidInput') {
    return checked;
  }
  const { expectedVersion, visibility: visibilities, ...fields } = checked.value;
  const given = givenFields(fields);
  const chosen = chosenFields({
    displayNameVisibility: visibilities?.displayName,
    avatarUrlVisibility: visibilities?.avatarUrl,
    phoneVisibility: visibilities?.phone,
    addressVisibility: visibilities?.address,
    bioVisibility: visibilities?.bio,
  });
  const changes: ProfileChanges = { ...given, ...chosen };
  try {
    return await changeOwnProfile(context, {
      expectedVersion,
      changes,
      fields: [...Object.keys(given), ...(isEmptyChange(chosen) ? [] : ['visibility'])],
      write: ({ profiles }, userId) => profiles.update({ userId, expectedVersion, changes }),
      tellChange: profileUpdated,
    });
  } catch (error) {
    if (isHandleTaken(error)) {
      return { type: 'handleTaken' };
    }
    throw error;
  }
}
