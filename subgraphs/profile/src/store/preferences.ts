import type { PrismaClient } from '../generated/prisma/client.js';
import type { Theme } from '../generated/prisma/enums.js';
import { profileColumns, type ProfileRecord } from './profiles.js';

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
  /**
   * Carries a change out at the expected version of the profile and counts it there, both or neither; null when
   * there is no profile of that version.
   */
  update(args: {
    readonly userId: string;
    readonly expectedVersion: number;
    readonly changes: PreferencesChanges;
  }): Promise<ProfileRecord | null>;
}

export function createPreferencesStore(prisma: PrismaClient): PreferencesStore {
  return {
    async findMany(profileIds) {
      const rows = await prisma.preferences.findMany({
        where: { profileId: { in: [...profileIds] } },
        select: { ...columns, profileId: true },
      });
      return new Map(rows.map(({ profileId, ...preferences }) => [profileId, preferences]));
    },
    update({ userId, expectedVersion, changes }) {
      return prisma.$transaction(async (transaction) => {
        // The profile's row comes first: its lock makes concurrent writers of the preferences wait their turn.
        const [profile] = await transaction.profile.updateManyAndReturn({
          where: { userId, version: expectedVersion },
          data: { version: { increment: 1 } },
          select: profileColumns,
        });
        if (profile === undefined) {
          return null;
        }
        await transaction.preferences.upsert({
          where: { profileId: profile.id },
          create: { profileId: profile.id, ...changes },
          update: changes,
          select: { profileId: true },
        });
        return profile;
      });
    },
  };
}
