import type { Prisma } from '../generated/prisma/client.js';
import type { Theme } from '../generated/prisma/enums.js';

/** How a person likes things to be. */
export interface PreferencesRecord {
  readonly theme: Theme;
  readonly locale: string;
  readonly timeZone: string;
  readonly currency: string;
  readonly notifyEmail: boolean;
  readonly notifyPush: boolean;
  readonly notifySms: boolean;
}

/** What of the preferences changes; what is absent stays. */
export type PreferencesChanges = Partial<PreferencesRecord>;

const columns = {
  theme: true,
  locale: true,
  timeZone: true,
  currency: true,
  notifyEmail: true,
  notifyPush: true,
  notifySms: true,
} as const;

/** Table `preferences`: no row until something is chosen. */
export interface PreferencesStore {
  /** One statement for any number of profiles; gives what was found by the profile's id. */
  findMany(profileIds: ReadonlyArray<string>): Promise<ReadonlyMap<string, PreferencesRecord>>;
  /** Writes what of a profile's preferences changes, in the transaction that counts the change at the profile. */
  write(profileId: string, changes: PreferencesChanges): Promise<void>;
  /** Deletes a user's preferences, and gives how many rows that were. */
  remove(userId: string): Promise<number>;
}

export function createPreferencesStore(prisma: Prisma.TransactionClient): PreferencesStore {
  return {
    async findMany(profileIds) {
      const rows = await prisma.preferences.findMany({
        where: { profileId: { in: [...profileIds] } },
        select: { ...columns, profileId: true },
      });
      return new Map(rows.map(({ profileId, ...preferences }) => [profileId, preferences]));
    },
    async write(profileId, changes) {
      await prisma.preferences.upsert({
        where: { profileId },
        create: { profileId, ...changes },
        update: changes,
        select: { profileId: true },
      });
    },
    async remove(userId) {
      return prisma.$executeRaw`
        DELETE FROM preferences USING profiles
         WHERE profiles.id = preferences.profile_id AND profiles.user_id = ${userId}::uuid`;
    },
  };
}
