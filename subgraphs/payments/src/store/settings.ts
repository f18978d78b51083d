import type { Prisma } from '../generated/prisma/client.js';

/** A setting as admin tells it. */
export interface ToldSetting {
  readonly key: string;
  readonly value: unknown;
  /** The version of admin's row. */
  readonly version: number;
}

/** Table `settings`: what admin has told of the settings that concern this service. */
export interface SettingStore {
  /** Every setting that was ever heard of, by its key, in one statement. */
  read(): Promise<ReadonlyMap<string, unknown>>;
  /** Keeps a setting as of a version; a row that is as new keeps what it has. */
  put(setting: ToldSetting): Promise<void>;
  /** Keeps the values, and lets the next version that is told count, whatever its number. */
  acceptAnyVersion(): Promise<void>;
}

/** @param prisma a transaction, or the client for statements of their own */
export function createSettingStore(prisma: Prisma.TransactionClient): SettingStore {
  return {
    async read() {
      const rows = await prisma.setting.findMany({ select: { key: true, value: true } });
      return new Map(rows.map(({ key, value }) => [key, value]));
    },
    async put({ key, value, version }) {
      await prisma.$executeRaw`
        INSERT INTO payments.settings AS kept (key, value, version)
        VALUES (${key}, ${JSON.stringify(value)}::jsonb, ${version}::integer)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version, updated_at = now()
          WHERE kept.version < excluded.version`;
    },
    async acceptAnyVersion() {
      await prisma.setting.updateMany({ data: { version: 0 } });
    },
  };
}
