import { isUniqueViolation } from '@supergraph/platform/database';
import type { PrismaClient } from '../generated/prisma/client.js';
import type { Visibility } from '../generated/prisma/enums.js';

/** A profile as it is kept; what of it is shown to whom the domain decides. */
export interface ProfileRecord {
  readonly id: string;
  readonly userId: string;
  readonly handle: string | null;
  readonly displayName: string | null;
  readonly avatarUrl: string | null;
  readonly phone: string | null;
  readonly address: string | null;
  readonly bio: string | null;
  readonly displayNameVisibility: Visibility;
  readonly avatarUrlVisibility: Visibility;
  readonly phoneVisibility: Visibility;
  readonly addressVisibility: Visibility;
  readonly bioVisibility: Visibility;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What of a profile changes; what is absent stays. */
export type ProfileChanges = Partial<
  Omit<ProfileRecord, 'id' | 'userId' | 'version' | 'createdAt' | 'updatedAt'>
>;

/** Every column: a profile is one row, and which of its fields a request shows depends on its own visibility. */
export const profileColumns = {
  id: true,
  userId: true,
  handle: true,
  displayName: true,
  avatarUrl: true,
  phone: true,
  address: true,
  bio: true,
  displayNameVisibility: true,
  avatarUrlVisibility: true,
  phoneVisibility: true,
  addressVisibility: true,
  bioVisibility: true,
  version: true,
  createdAt: true,
  updatedAt: true,
} as const;

/** Table `profiles`. */
export interface ProfileStore {
  /** One statement for any number of ids; gives what was found by the profile's id. */
  findMany(ids: ReadonlyArray<string>): Promise<ReadonlyMap<string, ProfileRecord>>;
  /** One statement for any number of users; gives what was found by the user's id. */
  findByUsers(userIds: ReadonlyArray<string>): Promise<ReadonlyMap<string, ProfileRecord>>;
  /** One statement for any number of handles in lower case; gives what was found by the handle. */
  findByHandles(handles: ReadonlyArray<string>): Promise<ReadonlyMap<string, ProfileRecord>>;
  /** Makes an empty profile unless the user has one, and gives the one that there is then. */
  add(userId: string): Promise<ProfileRecord>;
  /** Carries a change out at the expected version and counts it; null when there is no profile of that version. */
  update(args: {
    readonly userId: string;
    readonly expectedVersion: number;
    readonly changes: ProfileChanges;
  }): Promise<ProfileRecord | 'handleTaken' | null>;
}

export function createProfileStore(prisma: PrismaClient): ProfileStore {
  return {
    async findMany(ids) {
      const rows = await prisma.profile.findMany({ where: { id: { in: [...ids] } }, select: profileColumns });
      return new Map(rows.map((row) => [row.id, row]));
    },
    async findByUsers(userIds) {
      const rows = await prisma.profile.findMany({
        where: { userId: { in: [...userIds] } },
        select: profileColumns,
      });
      return new Map(rows.map((row) => [row.userId, row]));
    },
    async findByHandles(handles) {
      const rows = await prisma.profile.findMany({
        where: { handle: { in: [...handles] } },
        select: profileColumns,
      });
      return new Map(rows.map((row) => [row.handle ?? '', row]));
    },
    async add(userId) {
      const [added] = await prisma.profile.createManyAndReturn({
        data: [{ userId }],
        skipDuplicates: true,
        select: profileColumns,
      });
      // Somebody was quicker: of two requests that need the profile first, one makes it and the other reads it.
      return added ?? prisma.profile.findUniqueOrThrow({ where: { userId }, select: profileColumns });
    },
    async update({ userId, expectedVersion, changes }) {
      try {
        const [updated] = await prisma.profile.updateManyAndReturn({
          where: { userId, version: expectedVersion },
          data: { ...changes, version: { increment: 1 } },
          select: profileColumns,
        });
        return updated ?? null;
      } catch (error) {
        if (isUniqueViolation(error, 'handle')) {
          return 'handleTaken';
        }
        throw error;
      }
    },
  };
}
