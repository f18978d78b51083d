import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { deployMigrations } from './deploy-migrations.js';
import { schemaDrift, type SchemaDriftOptions } from './schema-drift.js';
import {
  column,
  createWidgets,
  createWidgetsFolder,
  startWidgetsServer,
  widgetModel,
  type WidgetsFolder,
  type WidgetsServer,
} from './test-widgets.js';

let server: WidgetsServer;
let folder: WidgetsFolder;
let options: SchemaDriftOptions;

beforeAll(async () => {
  server = await startWidgetsServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  folder = await createWidgetsFolder();
  const connectionString = await server.createDatabase();
  const { migrationsDirectory, schemaPath } = folder;
  options = { connectionString, schema: 'widgets', migrationsDirectory, schemaPath };
  await folder.writeMigration('1_create_widgets', createWidgets);
  await folder.writeSchema(widgetModel());
});
afterEach(() => folder.remove());

describe('schemaDrift', () => {
  it('is null when the migrations make what the schema describes, time and again', async () => {
    expect(await schemaDrift(options)).toBeNull();
    expect(await schemaDrift(options)).toBeNull();
    expect(
      await column(options.connectionString, "SELECT tablename FROM pg_tables WHERE schemaname = 'widgets'"),
    ).toEqual([]);
  });

  it('is null beside functions, triggers and checks that Prisma does not know', async () => {
    await folder.writeMigration(
      '2_guard',
      `ALTER TABLE "widgets" ADD CONSTRAINT "widgets_name_check" CHECK (length("name") > 0);
       CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
       CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON "widgets" EXECUTE FUNCTION refuse();`,
    );
    expect(await schemaDrift(options)).toBeNull();
  });

  it('gives the SQL that the migrations lack', async () => {
    await folder.writeSchema(widgetModel('size Int?'));
    expect(await schemaDrift(options)).toMatch(/ALTER TABLE "widgets" ADD COLUMN\s+"size" INTEGER/);
  });

  it('gives the SQL that undoes what only the migrations have', async () => {
    await folder.writeMigration('2_extra', 'CREATE TABLE "extra" ("id" UUID PRIMARY KEY)');
    expect(await schemaDrift(options)).toContain('DROP TABLE "extra"');
  });

  it('names the migration that does not apply', async () => {
    await folder.writeMigration('2_bad', 'ALTER TABLE "nothing" ADD COLUMN "size" INTEGER');
    await expect(schemaDrift(options)).rejects.toThrow(/2_bad/);
  });

  it('refuses a database in which the service lives, and leaves it as it was', async () => {
    await deployMigrations(options);
    await expect(schemaDrift(options)).rejects.toThrow(/scratch/);
    expect(await column(options.connectionString, 'SELECT count(*)::int FROM widgets.widgets')).toEqual([0]);
  });
});
