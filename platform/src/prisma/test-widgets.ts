import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTemporaryPostgres, type TemporaryPostgres } from '../embedded-postgres/index.js';
import { withClient } from './postgresql-schema.js';

/** The head of every service's schema.prisma. */
const head = `generator client {
  provider            = "prisma-client"
  output              = "../src/generated/prisma"
  moduleFormat        = "esm"
  importFileExtension = "js"
}

datasource db {
  provider = "postgresql"
}
`;

/** A model of widgets with the given fields beside their id and name. */
export const widgetModel = (...fields: readonly string[]): string => `${head}
model Widget {
  id   String @id @default(uuid(7)) @db.Uuid
  name String @unique
${fields.map((field) => `  ${field}\n`).join('')}
  @@map("widgets")
}
`;

/** A migration that makes the table of `widgetModel()`. */
export const createWidgets = `CREATE TABLE "widgets" (
  "id" UUID NOT NULL,
  "name" TEXT NOT NULL,
  CONSTRAINT "widgets_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "widgets_name_key" ON "widgets"("name");
`;

/** A folder of migrations, and of a schema, that a test writes. */
export interface WidgetsFolder {
  readonly migrationsDirectory: string;
  readonly schemaPath: string;
  writeMigration(name: string, sql: string): Promise<void>;
  writeSchema(content: string): Promise<void>;
  removeMigration(name: string): Promise<void>;
  remove(): Promise<void>;
}

export async function createWidgetsFolder(parent?: string): Promise<WidgetsFolder> {
  const folder = parent ?? (await mkdtemp(join(tmpdir(), 'widgets-')));
  const migrationsDirectory = join(folder, 'prisma', 'migrations');
  const schemaPath = join(folder, 'prisma', 'schema.prisma');
  await mkdir(migrationsDirectory, { recursive: true });
  return {
    migrationsDirectory,
    schemaPath,
    writeMigration: async (name, sql) => {
      await mkdir(join(migrationsDirectory, name), { recursive: true });
      await writeFile(join(migrationsDirectory, name, 'migration.sql'), sql);
      await writeFile(join(migrationsDirectory, 'migration_lock.toml'), 'provider = "postgresql"\n');
    },
    writeSchema: (content) => writeFile(schemaPath, content),
    removeMigration: (name) => rm(join(migrationsDirectory, name), { recursive: true }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A PostgreSQL server whose databases belong to roles without any other right. */
export interface WidgetsServer {
  /** Makes a database and its owner, and gives the owner's URL of it. */
  createDatabase(options?: { readonly ownerMayCreateDatabases?: boolean }): Promise<string>;
  stop(): Promise<void>;
}

export async function startWidgetsServer(): Promise<WidgetsServer> {
  const server: TemporaryPostgres = await startTemporaryPostgres();
  return {
    createDatabase: async ({ ownerMayCreateDatabases = false } = {}) => {
      const name = `widgets_${randomBytes(4).toString('hex')}`;
      await withClient(server.superuserUrl(), async (client) => {
        const right = ownerMayCreateDatabases ? 'CREATEDB' : 'NOCREATEDB';
        await client.query(`CREATE ROLE ${name} LOGIN PASSWORD 'of-a-test' ${right}`);
        await client.query(`CREATE DATABASE ${name} OWNER ${name}`);
      });
      const address = new URL(server.superuserUrl(name));
      address.username = name;
      address.password = 'of-a-test';
      return address.href;
    },
    stop: () => server.stop('immediate'),
  };
}

/** Runs a query and gives the first column of its rows. */
export async function column(connectionString: string, sql: string): Promise<unknown[]> {
  return withClient(connectionString, async (client) => {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows.map(([value]) => value);
  });
}
