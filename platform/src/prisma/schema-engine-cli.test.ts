import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { deployMigrations } from './deploy-migrations.js';
import { migrationStatus } from './migration-status.js';
import {
  column,
  createWidgets,
  createWidgetsFolder,
  startWidgetsServer,
  widgetModel,
  type WidgetsFolder,
  type WidgetsServer,
} from './test-widgets.js';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

let server: WidgetsServer;
let checkout: string;
let folder: WidgetsFolder;
let ownerUrl: string;

/** A checkout of its own: the real scripts and configuration, what the sources compile to, and one foreign service. */
beforeAll(async () => {
  server = await startWidgetsServer();
  checkout = await mkdtemp(join(tmpdir(), 'prisma-checkout-'));
  await mkdir(join(checkout, 'scripts'));
  for (const file of ['scripts/prisma.mjs', 'scripts/schema-engine', 'prisma.config.ts']) {
    await cp(join(repository, file), join(checkout, file));
  }
  await symlink(join(repository, 'node_modules'), join(checkout, 'node_modules'));
  await writeFile(join(checkout, 'package.json'), '{ "type": "module" }');
  const sources = join(repository, 'platform', 'src', 'prisma');
  const files = (await readdir(sources)).filter((name) => name.endsWith('.ts') && !name.includes('test'));
  await build({
    entryPoints: files.map((name) => join(sources, name)),
    outdir: join(checkout, 'platform', 'dist', 'prisma'),
    format: 'esm',
    platform: 'node',
  });
});
afterAll(async () => {
  await rm(checkout, { recursive: true, force: true });
  await server.stop();
});
beforeEach(async () => {
  await rm(join(checkout, 'subgraphs'), { recursive: true, force: true });
  folder = await createWidgetsFolder(join(checkout, 'subgraphs', 'widgets'));
  await writeFile(join(checkout, 'subgraphs', 'services.json'), '[{ "name": "widgets" }]');
  await folder.writeSchema(widgetModel());
  ownerUrl = await server.createDatabase({ ownerMayCreateDatabases: true });
});

interface Ended {
  readonly status: number | null;
  readonly output: string;
}

function run(program: string, ...programArguments: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, programArguments, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, output });
    });
  });
}

/** `env` adds the variables to those that this process has. */
const prismaWith = (
  variables: Readonly<Record<string, string>>,
  ...rest: readonly string[]
): Promise<Ended> =>
  run(
    'env',
    ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
    process.execPath,
    join(checkout, 'scripts', 'prisma.mjs'),
    'widgets',
    ...rest,
  );

const prisma = (...rest: readonly string[]): Promise<Ended> =>
  prismaWith({ WIDGETS_DATABASE_OWNER_URL: ownerUrl }, ...rest);

const compareWithMigrations = [
  '--from-migrations',
  'prisma/migrations',
  '--to-schema',
  'prisma/schema.prisma',
];

describe('scripts/prisma.mjs', () => {
  it('generates a client without a database and before anything is built', async () => {
    await rm(join(checkout, 'platform', 'moved'), { recursive: true, force: true });
    await cp(join(checkout, 'platform', 'dist'), join(checkout, 'platform', 'moved'), { recursive: true });
    await rm(join(checkout, 'platform', 'dist'), { recursive: true });
    try {
      const { status, output } = await prismaWith({ WIDGETS_DATABASE_OWNER_URL: '' }, 'generate');
      expect({ status, output }).toEqual({
        status: 0,
        output: expect.stringContaining('Generated Prisma Client'),
      });
      const client = join(checkout, 'subgraphs', 'widgets', 'src', 'generated', 'prisma', 'client.ts');
      expect(await readFile(client, 'utf8')).toContain('Widget');
      expect(await prisma('migrate', 'status')).toEqual({
        status: 1,
        output: expect.stringContaining('npm run build'),
      });
    } finally {
      await cp(join(checkout, 'platform', 'moved'), join(checkout, 'platform', 'dist'), { recursive: true });
    }
  });

  it('makes, applies, compares and reports migrations', async () => {
    expect(await prisma('migrate', 'dev', '--name', 'create_widgets')).toMatchObject({ status: 0 });
    const [created = ''] = (await readdir(folder.migrationsDirectory)).filter(
      (name) => name !== 'migration_lock.toml',
    );
    expect(created).toMatch(/^\d{14}_create_widgets$/);
    expect(await readFile(join(folder.migrationsDirectory, created, 'migration.sql'), 'utf8')).toContain(
      'CREATE TABLE "widgets"',
    );
    expect(
      await column(ownerUrl, "SELECT tablename FROM pg_tables WHERE schemaname = 'widgets' ORDER BY 1"),
    ).toEqual(['_prisma_migrations', 'widgets']);
    expect(await prisma('migrate', 'diff', ...compareWithMigrations, '--exit-code')).toMatchObject({
      status: 0,
    });

    await folder.writeSchema(widgetModel('size Int?'));
    expect(await prisma('migrate', 'diff', ...compareWithMigrations, '--exit-code', '--script')).toEqual({
      status: 2,
      output: expect.stringMatching(/ADD COLUMN\s+"size" INTEGER/),
    });

    // Another developer's database: it has neither the first migration nor the change of the schema.
    ownerUrl = await server.createDatabase({ ownerMayCreateDatabases: true });
    expect(await prisma('migrate', 'status')).toEqual({
      status: 1,
      output: expect.stringContaining(created),
    });
    expect(await prisma('migrate', 'dev', '--name', 'add_size')).toMatchObject({ status: 0 });
    expect(await prisma('migrate', 'status')).toEqual({
      status: 0,
      output: expect.stringContaining('Database schema is up to date'),
    });
    expect(await column(ownerUrl, "SELECT datname FROM pg_database WHERE datname LIKE '%shadow%'")).toEqual(
      [],
    );

    ownerUrl = await server.createDatabase();
    expect(await prisma('migrate', 'deploy')).toMatchObject({ status: 0 });
    const { migrationsDirectory } = folder;
    expect(
      await migrationStatus({ connectionString: ownerUrl, schema: 'widgets', migrationsDirectory }),
    ).toMatchObject({ upToDate: true });
  });

  it('replays migrations where it was told to when the owner may not create databases', async () => {
    await folder.writeMigration('1_create_widgets', createWidgets);
    ownerUrl = await server.createDatabase();
    expect(await prisma('migrate', 'dev')).toEqual({
      status: 1,
      output: expect.stringContaining('permission denied to create database'),
    });
    const variables = { WIDGETS_DATABASE_OWNER_URL: ownerUrl };
    expect(
      await prismaWith(
        { ...variables, WIDGETS_SHADOW_DATABASE_URL: await server.createDatabase() },
        'migrate',
        'dev',
      ),
    ).toMatchObject({ status: 0 });
    // By mistake the database itself, which a replay would empty.
    expect(
      await prismaWith({ ...variables, WIDGETS_SHADOW_DATABASE_URL: ownerUrl }, 'migrate', 'dev'),
    ).toEqual({ status: 1, output: expect.stringContaining('would be emptied') });
    expect(await column(ownerUrl, 'SELECT count(*)::int FROM widgets.widgets')).toEqual([0]);
  });

  it('reports a migration that fails, and lets it be resolved', async () => {
    await folder.writeMigration('1_bad', 'CREATE TABLE "widgets" ("id" UUID); SELECT 1 / 0;');
    expect(await prisma('migrate', 'deploy')).toEqual({
      status: 1,
      output: expect.stringContaining('division by zero'),
    });
    expect(await prisma('migrate', 'resolve', '--rolled-back', '1_bad')).toMatchObject({ status: 0 });
    await folder.writeMigration('1_bad', createWidgets);
    expect(await prisma('migrate', 'deploy')).toMatchObject({ status: 0 });
  });

  it('says what is wrong with the way it was called', async () => {
    expect(await prismaWith({ WIDGETS_DATABASE_OWNER_URL: '' }, 'migrate', 'status')).toEqual({
      status: 1,
      output: expect.stringContaining('WIDGETS_DATABASE_OWNER_URL is not set'),
    });
    const away = new URL(ownerUrl);
    away.port = '1';
    expect(await prismaWith({ WIDGETS_DATABASE_OWNER_URL: away.href }, 'migrate', 'status')).toEqual({
      status: 1,
      output: expect.stringContaining('P1001'),
    });
    away.href = ownerUrl;
    away.password = 'wrong';
    expect(await prismaWith({ WIDGETS_DATABASE_OWNER_URL: away.href }, 'migrate', 'status')).toEqual({
      status: 1,
      output: expect.stringContaining('P1000'),
    });
    expect(
      await run(process.execPath, join(checkout, 'scripts', 'prisma.mjs'), 'nothing', 'generate'),
    ).toEqual({ status: 1, output: expect.stringContaining('one of widgets') });
  });

  it('gives the engine the name of its version, and a panic as an answer', async () => {
    expect(await prisma('--version')).toEqual({
      status: 0,
      output: expect.stringContaining('schema-engine-wasm'),
    });
    expect(
      await prismaWith(
        { WIDGETS_DATABASE_OWNER_URL: ownerUrl, FORCE_PANIC_SCHEMA_ENGINE: '1' },
        ...['migrate', 'diff', '--from-empty', '--to-schema', 'prisma/schema.prisma'],
      ),
    ).toEqual({ status: 1, output: expect.stringContaining('artificial panic') });
  });
});

describe('deployMigrations in a process that is killed', () => {
  it('is gone on with by the next one, when the server has taken back what it was doing', async () => {
    await folder.writeMigration('1_create_widgets', `${createWidgets}; SELECT pg_sleep(3);`);
    const location = {
      connectionString: ownerUrl,
      schema: 'widgets',
      migrationsDirectory: folder.migrationsDirectory,
    };
    const module = pathToFileURL(join(checkout, 'platform', 'dist', 'prisma', 'deploy-migrations.js')).href;
    const script = `import { deployMigrations } from ${JSON.stringify(module)}; await deployMigrations(${JSON.stringify(location)})`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'ignore' });
    const ended = new Promise((resolve) =>
      child.on('exit', (_, signal) => {
        resolve(signal);
      }),
    );
    const sleeping =
      "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(3)%' AND pid <> pg_backend_pid()";
    while ((await column(ownerUrl, sleeping)).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    // The server does not notice before the script ends: whether it then commits or not, nothing is done twice.
    const { applied } = await deployMigrations(location);
    expect(applied.length).toBeLessThanOrEqual(1);
    expect(await migrationStatus(location)).toMatchObject({ upToDate: true });
    expect(await column(ownerUrl, 'SELECT count(*)::int FROM widgets.widgets')).toEqual([0]);
  });
});
