import { Command } from 'commander';
import { addServiceCommands } from './service-commands.js';
import { addSourceCommands } from './source-commands.js';

const HELP = `
In this order: plan, adopt (where tables lie elsewhere), start, verify, cutover; then finish, or rollback.
Every command is safe to run again and goes on where it was ended.

Where everything is comes from the environment, or from the file that MIGRATION_SETTINGS names; .data/migration.env,
which \`npm start -- --topology shared\` writes, when it names none (SERVICE is a service's name in capitals):
  MIGRATION_MAPPING                    the mapping, when --mapping is not given
  MIGRATION_SOURCE_URL                 the old database, as the owner of the tables, with REPLICATION
  MIGRATION_SERVICE_TARGET_URL         the service's own database, likewise
  MIGRATION_SOURCE_SERVER_URL,
  MIGRATION_SERVICE_TARGET_SERVER_URL  the same as the other PostgreSQL server reaches them, where that differs
  MIGRATION_SERVICE_GATE_URLS,
  MIGRATION_GATE_SECRET                the gate inside the service's processes
  MIGRATION_PGBOUNCER_URL              PgBouncer's admin console, where it is the gate

Ends with 0 when all went well, 1 when it was refused or failed, 2 when verify or status --check found something.`;

/** Makes the `migration` command with all of its parts. */
export function createMigrationCommand(): Command {
  const program = new Command('migration')
    .description('From one shared database to a database per service: live, verified, reversible.')
    .showHelpAfterError()
    .configureHelp({ sortSubcommands: false })
    .addHelpText('after', HELP);
  addSourceCommands(program);
  addServiceCommands(program);
  return program;
}
