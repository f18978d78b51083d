import type { Resolvers } from '../generated/graphql.js';
import { auditEntryResolvers } from './audit-entry.js';
import { erasureResolvers, erasureStepResolvers } from './erasure.js';
import { mutationResolvers } from './mutation.js';
import { queryResolvers } from './query.js';
import { settingResolvers } from './setting.js';
import { userResolvers } from './user.js';

/** All resolvers of the admin subgraph, a file a type. */
export const resolvers: Resolvers = {
  Query: queryResolvers,
  Mutation: mutationResolvers,
  User: userResolvers,
  AuditEntry: auditEntryResolvers,
  Erasure: erasureResolvers,
  ErasureStep: erasureStepResolvers,
  Setting: settingResolvers,
};
