import type { Resolvers } from '../generated/graphql.js';
import { mutationResolvers } from './mutation.js';
import { preferencesResolvers } from './preferences.js';
import { profileResolvers } from './profile.js';
import { queryResolvers } from './query.js';
import { userResolvers } from './user.js';

/** All resolvers of the profile subgraph, a file a type. */
export const resolvers: Resolvers = {
  Query: queryResolvers,
  Mutation: mutationResolvers,
  User: userResolvers,
  Profile: profileResolvers,
  Preferences: preferencesResolvers,
};
