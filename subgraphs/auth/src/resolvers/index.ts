import type { Resolvers } from '../generated/graphql.js';
import { mutationResolvers } from './mutation.js';
import { queryResolvers } from './query.js';
import { sessionResolvers } from './session.js';
import { userResolvers } from './user.js';

/** All resolvers of the auth subgraph, a file a type. */
export const resolvers: Resolvers = {
  Query: queryResolvers,
  Mutation: mutationResolvers,
  User: userResolvers,
  Session: sessionResolvers,
};
