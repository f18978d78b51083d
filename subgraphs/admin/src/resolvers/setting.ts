import type { SettingResolvers } from '../generated/graphql.js';
import { toUserReference } from './user-reference.js';

export const settingResolvers: SettingResolvers = {
  updatedBy: (setting) => toUserReference(setting.updatedBy),
};
