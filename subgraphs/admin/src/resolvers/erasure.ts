import { isUuid } from '@supergraph/platform/validation';
import { inOrder, isOverdue } from '../domain/list-erasures.js';
import { maySeeAudit } from '../domain/visibility.js';
import type { ErasureResolvers, ErasureStepResolvers } from '../generated/graphql.js';
import { toUserReference } from './user-reference.js';

export const erasureResolvers: ErasureResolvers = {
  // null and no error: a reference may lie inside of what somebody else asked for something else.
  __resolveReference: ({ id }, { viewer, loaders }) =>
    maySeeAudit(viewer) && isUuid(id) ? loaders.erasure.load(id.toLowerCase()) : null,
  user: (erasure) => toUserReference(erasure.userId),
  requestedBy: (erasure) => toUserReference(erasure.requestedBy),
  overdue: async (erasure, _args, { loaders }) =>
    ((await loaders.erasureSteps.load(erasure.id)) ?? []).some((step) => isOverdue(step, new Date())),
  steps: async (erasure, _args, { loaders }) => inOrder((await loaders.erasureSteps.load(erasure.id)) ?? []),
};

export const erasureStepResolvers: ErasureStepResolvers = {
  overdue: (step) => isOverdue(step, new Date()),
};
