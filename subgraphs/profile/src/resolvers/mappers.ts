import type { PreferencesRecord } from '../store/preferences.js';
import type { ProfileRecord } from '../store/profiles.js';

/** What the resolvers of a GraphQL type get as their parent: `<Type>Parent`. */
export type UserParent = { readonly id: string };
export type ProfileParent = ProfileRecord;
export type PreferencesParent = PreferencesRecord;
