import type { Prisma } from '../generated/prisma/client.js';
import type { SettingType } from '../generated/prisma/enums.js';
import type { SettingValue } from '../domain/setting-value.js';
import { isStorableText } from './storable.js';

export type { SettingType };

/** A setting as it is kept. */
export interface SettingRecord {
  readonly key: string;
  readonly type: SettingType;
  /** Fits `type`, which the database holds. */
  readonly value: unknown;
  readonly description: string;
  readonly version: number;
  readonly updatedBy: string | null;
  readonly updatedAt: Date;
}

const columns = {
  key: true,
  type: true,
  value: true,
  description: true,
  version: true,
  updatedBy: true,
  updatedAt: true,
} as const;

/** Table `settings`. */
export interface SettingStore {
  /** Every setting, by name. */
  list(): Promise<ReadonlyArray<SettingRecord>>;
  find(key: string): Promise<SettingRecord | null>;
  /** Changes the value if the version is still the expected one, and counts the version up; null when it is not. */
  change(args: {
    readonly key: string;
    readonly value: SettingValue;
    readonly expectedVersion: number;
    readonly updatedBy: string;
    readonly updatedAt: Date;
  }): Promise<SettingRecord | null>;
}

export function createSettingStore(prisma: Prisma.TransactionClient): SettingStore {
  return {
    list: () => prisma.setting.findMany({ orderBy: { key: 'asc' }, select: columns }),
    find: async (key) =>
      isStorableText(key) ? prisma.setting.findUnique({ where: { key }, select: columns }) : null,
    async change({ key, value, expectedVersion, updatedBy, updatedAt }) {
      const [changed] = await prisma.setting.updateManyAndReturn({
        where: { key, version: expectedVersion },
        data: {
          value,
          version: { increment: 1 },
          updatedBy,
          updatedAt,
        },
        select: columns,
      });
      return changed ?? null;
    },
  };
}
