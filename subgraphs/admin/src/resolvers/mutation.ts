import { updateSetting } from '../domain/update-setting.js';
import type { MutationResolvers } from '../generated/graphql.js';
import { toResult } from './results.js';

export const mutationResolvers: MutationResolvers = {
  updateSetting: async (_parent, { input }, context) => toResult(await updateSetting(context, input)),
};
