import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { startTemporaryPostgres } from '@supergraph/platform/embedded-postgres';
import { schemaDrift } from '@supergraph/platform/prisma';
import { readServices, type Service } from '@supergraph/schema/services';
import type { Command } from 'commander';
import { prepareExternalDatabase } from '../launcher/databases.js';
import { ROOT } from '../root.js';
import { readMigrationUrls } from '../services/migration-urls.js';

/** Adds `database migrate | new | check`. */
export function addDatabaseCommands(program: Command): void {
  const database = program
    .command('database')
    .description('Migrate the databases, and check their migrations.');
  database
    .command('migrate')
    .description(
      'Apply migrations as the owner and give the service’s role its rights. Once, before the service starts.',
    )
    .argument('[services...]', 'which services; all of them when none is named')
    .action(async (names: string[]) => {
      for (const service of pick(names)) {
        const { applied } = await prepareExternalDatabase(service, readMigrationUrls(service));
        process.stdout.write(
          `${service.name}: ${applied.length === 0 ? 'up to date' : `applied ${applied.join(', ')}`}\n`,
        );
      }
    });
  database
    .command('new')
    .description('Write the migration that brings a service’s tables to its schema.prisma.')
    .argument('<service>', 'whose')
    .argument('<name>', 'what the change is, in lower case and underscores: add_due_date')
    .action(async (serviceName: string, name: string) => {
      const file = await writeMigration(pick([serviceName])[0], name);
      process.stdout.write(
        file === undefined
          ? 'Nothing to write: schema.prisma fits its migrations.\n'
          : `Wrote ${relative(ROOT, file)}. Read it, add what Prisma cannot say (constraints, triggers), and commit it.\n`,
      );
    });
  database
    .command('check')
    .description('Fail when a schema.prisma and its migrations differ.')
    .argument('[services...]', 'which services; all of them when none is named')
    .action(async (names: string[]) => {
      const drifted = await findDrift(pick(names));
      for (const { service, sql } of drifted) {
        process.stdout.write(
          `${service}: schema.prisma and its migrations differ. Write a migration with \`npm run supergraph -- database new ${service} NAME\`. It lacks:\n${sql}\n`,
        );
      }
      if (drifted.length === 0) {
        process.stdout.write('Every schema.prisma fits its migrations.\n');
      }
      process.exitCode = drifted.length === 0 ? 0 : 1;
    });
}

/** Gives the new migration's file, undefined when there is nothing to migrate. */
async function writeMigration(service: Service | undefined, name: string): Promise<string | undefined> {
  if (service === undefined || !/^[a-z][a-z0-9_]*$/.test(name)) {
    throw new Error('Name the change in lower case and underscores, such as add_due_date.');
  }
  const migrations = join(service.folder, 'prisma', 'migrations');
  // A service's first migration is made before there is a folder of them; the engine reads from it what they are for.
  mkdirSync(migrations, { recursive: true });
  const lockFile = join(migrations, 'migration_lock.toml');
  if (!existsSync(lockFile)) {
    writeFileSync(lockFile, 'provider = "postgresql"\n');
  }
  const [drift] = await findDrift([service]);
  if (drift === undefined) {
    return undefined;
  }
  const moment = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const file = join(migrations, `${moment}_${name}`, 'migration.sql');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, drift.sql);
  return file;
}

/** Builds every service's tables from its migrations in a temporary server and compares with its `schema.prisma`. */
export async function findDrift(
  services: ReadonlyArray<Service>,
): Promise<ReadonlyArray<{ readonly service: string; readonly sql: string }>> {
  const server = await startTemporaryPostgres();
  try {
    const drifted = [];
    for (const service of services) {
      const sql = await schemaDrift({
        connectionString: server.superuserUrl(),
        schema: service.name,
        migrationsDirectory: join(service.folder, 'prisma', 'migrations'),
        schemaPath: join(service.folder, 'prisma', 'schema.prisma'),
      });
      if (sql !== null) {
        drifted.push({ service: service.name, sql });
      }
    }
    return drifted;
  } finally {
    await server.stop('immediate');
  }
}

function pick(names: ReadonlyArray<string>): ReadonlyArray<Service> {
  const services = readServices(ROOT);
  const unknown = names.filter((name) => !services.some((service) => service.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `There is no service ${unknown.join(', ')}. There are: ${services.map(({ name }) => name).join(', ')}.`,
    );
  }
  return names.length === 0 ? services : services.filter(({ name }) => names.includes(name));
}
