import { requireScope } from '@supergraph/platform/identity';
import { requireUuid } from '@supergraph/platform/validation';
import { requestErasure } from '../domain/erasure.js';
import { updateSetting } from '../domain/update-setting.js';
import type { MutationResolvers } from '../generated/graphql.js';
import { toResult } from './results.js';

export const mutationResolvers: MutationResolvers = {
  updateSetting: async (_parent, { input }, context) => toResult(await updateSetting(context, input)),
  requestErasure: (_parent, { input }, context) => {
    // Before the id is looked at: who may not ask learns nothing of what is wrong with it.
    requireScope(context.viewer, 'admin');
    return requestErasure(context, requireUuid(input.userId, 'input.userId'));
  },
};
