import type { PreferencesResolvers } from '../generated/graphql.js';

export const preferencesResolvers: PreferencesResolvers = {
  notifications: ({ notifyEmail, notifyPush, notifySms }) => ({
    email: notifyEmail,
    push: notifyPush,
    sms: notifySms,
  }),
};
