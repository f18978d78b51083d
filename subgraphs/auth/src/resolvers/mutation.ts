import { login } from '../domain/login.js';
import { logout } from '../domain/logout.js';
import { refreshSession } from '../domain/refresh-session.js';
import { register } from '../domain/register.js';
import type { MutationResolvers } from '../generated/graphql.js';
import { toResult } from './results.js';

export const mutationResolvers: MutationResolvers = {
  register: async (_parent, { input }, context) => toResult(await register(context, input)),
  login: async (_parent, { input }, context) => toResult(await login(context, input)),
  refreshSession: async (_parent, { input }, context) => toResult(await refreshSession(context, input)),
  logout: (_parent, { input }, context) => logout(context, input),
};
