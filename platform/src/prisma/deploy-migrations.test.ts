import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { deployMigrations, type DeployMigrationsOptions } from './deploy-migrations.js';
import { migrationStatus } from './migration-status.js';
import { withMigrationLock } from './migration-lock.js';
import { withClient } from './postgresql-schema.js';
import {
  column,
  createWidgets,
  createWidgetsFolder,
  startWidgetsServer,
  type WidgetsFolder,
  type WidgetsServer,
} from './test-widgets.js';

let server: WidgetsServer;
let folder: WidgetsFolder;
let connectionString: string;
let location: DeployMigrationsOptions;

beforeAll(async () => {
  server = await startWidgetsServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  folder = await createWidgetsFolder();
  connectionString = await server.createDatabase();
  location = { connectionString, schema: 'widgets', migrationsDirectory: folder.migrationsDirectory };
  await folder.writeMigration('1_create_widgets', createWidgets);
});
afterEach(() => folder.remove());

const tables = (): Promise<unknown[]> =>
  column(
    connectionString,
    "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1",
  );

describe('deployMigrations', () => {
  it('applies what is pending into the schema, with the history beside it, and only once', async () => {
    const progress: unknown[] = [];
    await folder.writeMigration('2_add_colour', 'ALTER TABLE "widgets" ADD COLUMN "colour" TEXT');
    const first = await deployMigrations({ ...location, onProgress: (step) => progress.push(step) });
    expect(first).toEqual({ applied: ['1_create_widgets', '2_add_colour'] });
    expect(progress).toEqual([
      { migration: '1_create_widgets', position: 1, total: 2 },
      { migration: '2_add_colour', position: 2, total: 2 },
    ]);
    expect(await tables()).toEqual(['widgets._prisma_migrations', 'widgets.widgets']);

    expect(await deployMigrations(location)).toEqual({ applied: [] });
    await folder.writeMigration('3_add_size', 'ALTER TABLE "widgets" ADD COLUMN "size" INTEGER');
    expect(await deployMigrations(location)).toEqual({ applied: ['3_add_size'] });
    expect(await migrationStatus(location)).toMatchObject({ upToDate: true, pending: [] });
  });

  it('keeps two services in one database apart', async () => {
    await deployMigrations(location);
    const other = await createWidgetsFolder();
    await other.writeMigration('1_create_gadgets', 'CREATE TABLE "gadgets" ("id" UUID PRIMARY KEY)');
    const { applied } = await deployMigrations({
      ...location,
      schema: 'gadgets',
      migrationsDirectory: other.migrationsDirectory,
    });
    expect(applied).toEqual(['1_create_gadgets']);
    expect(await tables()).toEqual([
      'gadgets._prisma_migrations',
      'gadgets.gadgets',
      'widgets._prisma_migrations',
      'widgets.widgets',
    ]);
    expect(await migrationStatus(location)).toMatchObject({ upToDate: true, unknown: [] });
    await other.remove();
  });

  it('needs no right to create schemas where the schema is there', async () => {
    await withClient(connectionString, async (client) => {
      await client.query('CREATE SCHEMA widgets');
      // The owner of a database may take a right from itself.
      await client.query(
        `REVOKE CREATE ON DATABASE ${new URL(connectionString).pathname.slice(1)} FROM CURRENT_USER`,
      );
    });
    expect(await deployMigrations(location)).toEqual({ applied: ['1_create_widgets'] });
  });

  it('lets processes that start together take turns', async () => {
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => deployMigrations(location)));
    expect(outcomes.flatMap(({ applied }) => applied)).toEqual(['1_create_widgets']);
    const applied = await column(connectionString, 'SELECT migration_name FROM widgets._prisma_migrations');
    expect(applied).toEqual(['1_create_widgets']);
  });

  it('gives up waiting for another process after the time it was given', async () => {
    await withMigrationLock(connectionString, 1_000, async () => {
      await expect(deployMigrations({ ...location, lockTimeoutMilliseconds: 50 })).rejects.toMatchObject({
        code: 'MIGRATION_LOCK_TIMEOUT',
      });
    });
    expect(await tables()).toEqual([]);
  });

  it('sends function bodies whole', async () => {
    await folder.writeMigration(
      '2_function',
      `CREATE FUNCTION answer() RETURNS integer LANGUAGE plpgsql AS $$
       DECLARE half integer; -- a semicolon; in a comment
       BEGIN half := 21; RETURN half * 2; END $$;
       CREATE TABLE notes (text TEXT NOT NULL DEFAULT 'a;b') -- the end`,
    );
    await deployMigrations(location);
    expect(await column(connectionString, 'SELECT widgets.answer()')).toEqual([42]);
  });

  it('runs a statement that cannot be in a transaction when it is alone', async () => {
    await folder.writeMigration('2_index', 'CREATE INDEX CONCURRENTLY "by_name" ON "widgets"("name" DESC);');
    expect((await deployMigrations(location)).applied).toContain('2_index');
    expect(await migrationStatus(location)).toMatchObject({ upToDate: true });
  });

  it('names a migration that fails, keeps nothing of it, and refuses to go on until it is resolved', async () => {
    const bad = 'CREATE TABLE "gadgets" ("id" UUID); CREATE TABLE "widgets" ("id" UUID);';
    await folder.writeMigration('2_bad', bad);
    await folder.writeMigration('3_add_size', 'ALTER TABLE "widgets" ADD COLUMN "size" INTEGER');
    await expect(deployMigrations(location)).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      migrations: ['2_bad'],
      message: expect.stringMatching(/relation "widgets" already exists.*resolve --rolled-back 2_bad/s),
    });
    expect(await tables()).toEqual(['widgets._prisma_migrations', 'widgets.widgets']);
    await expect(deployMigrations(location)).rejects.toMatchObject({
      code: 'MIGRATION_FAILED_EARLIER',
      migrations: ['2_bad'],
    });
    expect(await migrationStatus(location)).toMatchObject({ upToDate: false, failed: ['2_bad'] });
  });

  it('takes up again a migration whose process died before it was done', async () => {
    await deployMigrations(location);
    await folder.writeMigration('2_add_size', 'ALTER TABLE "widgets" ADD COLUMN "size" INTEGER');
    await withClient(connectionString, (client) =>
      client.query(
        "INSERT INTO widgets._prisma_migrations (id, checksum, migration_name) VALUES ('x', 'x', '2_add_size')",
      ),
    );
    expect(await deployMigrations(location)).toEqual({ applied: ['2_add_size'] });
    expect(await migrationStatus(location)).toMatchObject({ upToDate: true });
  });

  it('does not take up again one that may have been done in part', async () => {
    await deployMigrations(location);
    await folder.writeMigration('2_index', 'CREATE INDEX CONCURRENTLY "by_name" ON "widgets"("name")');
    await withClient(connectionString, (client) =>
      client.query(
        "INSERT INTO widgets._prisma_migrations (id, checksum, migration_name) VALUES ('x', 'x', '2_index')",
      ),
    );
    await expect(deployMigrations(location)).rejects.toMatchObject({ code: 'MIGRATION_FAILED_EARLIER' });
  });

  it('refuses a migration that was changed after it was applied', async () => {
    await deployMigrations(location);
    await folder.writeMigration('1_create_widgets', `${createWidgets}\n-- changed`);
    await folder.writeMigration('2_add_size', 'ALTER TABLE "widgets" ADD COLUMN "size" INTEGER');
    await expect(deployMigrations(location)).rejects.toMatchObject({
      code: 'MIGRATION_EDITED',
      migrations: ['1_create_widgets'],
    });
    expect(await migrationStatus(location)).toMatchObject({
      edited: ['1_create_widgets'],
      pending: ['2_add_size'],
    });
  });

  it('leaves a database alone that a newer release has migrated further', async () => {
    await folder.writeMigration('2_newer', 'ALTER TABLE "widgets" ADD COLUMN "size" INTEGER');
    await deployMigrations(location);
    await folder.removeMigration('2_newer');
    expect(await deployMigrations(location)).toEqual({ applied: [] });
    expect(await migrationStatus(location)).toMatchObject({ upToDate: false, unknown: ['2_newer'] });
  });

  it('refuses tables that no migration made', async () => {
    await withClient(connectionString, (client) =>
      client.query('CREATE SCHEMA widgets; CREATE TABLE widgets.strangers (id integer)'),
    );
    await expect(deployMigrations(location)).rejects.toMatchObject({ code: 'SCHEMA_NOT_MIGRATED' });
  });

  it('names a folder that is missing or incomplete, and a database that is away', async () => {
    await expect(
      deployMigrations({ ...location, migrationsDirectory: '/nowhere/migrations' }),
    ).rejects.toMatchObject({ code: 'MIGRATIONS_DIRECTORY_INVALID' });
    const away = new URL(connectionString);
    away.pathname = '/nowhere';
    await expect(deployMigrations({ ...location, connectionString: away.href })).rejects.toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: expect.not.stringContaining('of-a-test'),
    });
    away.port = '1';
    await expect(deployMigrations({ ...location, connectionString: away.href })).rejects.toMatchObject({
      code: 'DATABASE_UNREACHABLE',
    });
  });
});

describe('migrationStatus', () => {
  it('tells what is pending without creating anything', async () => {
    expect(await migrationStatus(location)).toEqual({
      upToDate: false,
      pending: ['1_create_widgets'],
      failed: [],
      edited: [],
      unknown: [],
    });
    expect(await column(connectionString, "SELECT 1 FROM pg_namespace WHERE nspname = 'widgets'")).toEqual(
      [],
    );
  });
});
