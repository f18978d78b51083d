import type { PrismaClient } from '../generated/prisma/client.js';
import { createPreferencesStore, type PreferencesStore } from './preferences.js';
import { createProfileStore, type ProfileStore } from './profiles.js';

/** Everything that profile keeps, a part a table. */
export interface Store {
  readonly profiles: ProfileStore;
  readonly preferences: PreferencesStore;
}

/** Makes the store over a Prisma client. */
export function createStore(prisma: PrismaClient): Store {
  return { profiles: createProfileStore(prisma), preferences: createPreferencesStore(prisma) };
}
