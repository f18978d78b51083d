import { updatePreferences } from '../domain/update-preferences.js';
import { updateProfile } from '../domain/update-profile.js';
import type { MutationResolvers } from '../generated/graphql.js';
import { forgetLoaded } from '../store/loaders.js';
import { toResult } from './results.js';

export const mutationResolvers: MutationResolvers = {
  updateProfile: async (_parent, { input }, context) => {
    const outcome = await updateProfile(context, input);
    forgetLoaded(context.loaders);
    return toResult(outcome);
  },
  updatePreferences: async (_parent, { input }, context) => {
    const outcome = await updatePreferences(context, input);
    forgetLoaded(context.loaders);
    return toResult(outcome);
  },
};
