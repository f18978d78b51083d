import { requireUuid } from '@supergraph/platform/validation';
import { requestEmailVerification, requestPasswordReset } from '../domain/account-mails.js';
import { changeUserRole, reinstateUser, suspendUser } from '../domain/administer-users.js';
import { changePassword } from '../domain/change-password.js';
import { login } from '../domain/login.js';
import { register } from '../domain/register.js';
import { signOutEverywhere, signOutOtherSessions, signOutSession } from '../domain/sign-out.js';
import { resetPassword, verifyEmail } from '../domain/use-token.js';
import type { MutationResolvers } from '../generated/graphql.js';
import { toResult } from './results.js';
import { deliver, logoutOf, refreshSessionOf } from './token-delivery.js';

export const mutationResolvers: MutationResolvers = {
  register: async (_parent, { input }, context) =>
    toResult(deliver(context, await register(context, input), input.tokenDelivery)),
  login: async (_parent, { input }, context) =>
    toResult(deliver(context, await login(context, input), input.tokenDelivery)),
  refreshSession: async (_parent, { input }, context) => toResult(await refreshSessionOf(context, input)),
  logout: (_parent, { input }, context) => logoutOf(context, input),
  signOutSession: async (_parent, { input }, context) =>
    signOutSession(context, { sessionId: requireUuid(input.sessionId, 'sessionId') }),
  signOutOtherSessions: (_parent, _args, context) => signOutOtherSessions(context),
  signOutEverywhere: (_parent, _args, context) => signOutEverywhere(context),
  changePassword: async (_parent, { input }, context) => toResult(await changePassword(context, input)),
  changeUserRole: async (_parent, { input }, context) =>
    toResult(
      await changeUserRole(context, { userId: requireUuid(input.userId, 'userId'), role: input.role }),
    ),
  suspendUser: async (_parent, { input }, context) =>
    toResult(await suspendUser(context, { userId: requireUuid(input.userId, 'userId') })),
  reinstateUser: async (_parent, { input }, context) =>
    toResult(await reinstateUser(context, { userId: requireUuid(input.userId, 'userId') })),
  requestEmailVerification: async (_parent, { input }, context) =>
    toResult(await requestEmailVerification(context, input)),
  verifyEmail: async (_parent, { input }, context) => toResult(await verifyEmail(context, input)),
  requestPasswordReset: async (_parent, { input }, context) =>
    toResult(await requestPasswordReset(context, input)),
  resetPassword: async (_parent, { input }, context) => toResult(await resetPassword(context, input)),
};
