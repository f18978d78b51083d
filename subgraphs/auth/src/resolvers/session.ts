import type { SessionResolvers } from '../generated/graphql.js';

export const sessionResolvers: SessionResolvers = {
  current: (session, _args, { viewer }) => viewer.kind === 'user' && viewer.sessionId === session.id,
};
