import { isUniqueViolation } from '@supergraph/platform/database';
import type { Prisma } from '../generated/prisma/client.js';
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
  /** Makes an empty profile for each who has none and was not erased, and gives those that it made. */
  addMany(userIds: ReadonlyArray<string>): Promise<ReadonlyArray<ProfileRecord>>;
  /**
   * Carries a change out at the expected version and counts it; null when there is no profile of that version.
   *
   * @throws when the handle is somebody else's, see {@link isHandleTaken}
   */
  update(args: {
    readonly userId: string;
    readonly expectedVersion: number;
    readonly changes: ProfileChanges;
  }): Promise<ProfileRecord | null>;
  /** Counts a change of what hangs on the profile, as {@link update} does. */
  touch(args: { readonly userId: string; readonly expectedVersion: number }): Promise<ProfileRecord | null>;
  /** Deletes a user's profile, and gives its id; null when there was none. */
  remove(userId: string): Promise<string | null>;
}

/** Tells whether an error says that a handle is somebody else's: the unique index decides, not a look beforehand. */
export function isHandleTaken(error: unknown): boolean {
  return isUniqueViolation(error, 'handle');
}

export function createProfileStore(prisma: Prisma.TransactionClient): ProfileStore {
  const change = async (
    userId: string,
    expectedVersion: number,
    changes: ProfileChanges,
  ): Promise<ProfileRecord | null> => {
    const [changed] = await prisma.profile.updateManyAndReturn({
      where: { userId, version: expectedVersion },
      data: { ...changes, version: { increment: 1 } },
      select: profileColumns,
    });
    return changed ?? null;
  };
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
    addMany: (userIds) =>
      prisma.profile.createManyAndReturn({
        data: userIds.map((userId) => ({ userId })),
        skipDuplicates: true,
        select: profileColumns,
      }),
    update: ({ userId, expectedVersion, changes }) => change(userId, expectedVersion, changes),
    touch: ({ userId, expectedVersion }) => change(userId, expectedVersion, {}),
    async remove(userId) {
      // Not `delete`, which throws when there is nothing to delete.
      const rows = await prisma.$queryRaw<{ id: string }[]>`
        DELETE FROM profiles WHERE user_id = ${userId}::uuid RETURNING id::text`;
      return rows[0]?.id ?? null;
    },
  };
}
