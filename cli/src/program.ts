import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { addAuditCommands } from './commands/audit.js';
import { addDatabaseCommands } from './commands/database.js';
import { dev } from './commands/dev.js';
import { addEventsCommands } from './commands/events.js';
import { addKeysCommands } from './commands/keys.js';
import { addPersonalDataCommands } from './commands/personal-data.js';
import { addReplicaCommands } from './commands/replica.js';
import { addSchemaCommands } from './commands/schema.js';
import { seed } from './commands/seed.js';
import { addServicesCommands } from './commands/services.js';
import { status } from './commands/status.js';
import { ROOT } from './root.js';
import { makeSecrets } from './services/make-secrets.js';
import { DEFAULT_DATA_FOLDER, up, type UpOptions } from './commands/up.js';

/** Makes the `supergraph` command with all of its parts. */
export function createProgram(): Command {
  const program = new Command('supergraph')
    .description('One graph over services that share no database.')
    .showHelpAfterError()
    .configureHelp({ sortSubcommands: false });

  addUpOptions(
    program.command('up').description('Start databases, services and router, and end them with Ctrl-C.'),
  ).action((options: UpOptions) => up(options));
  addUpOptions(
    program
      .command('dev')
      .description('The same, and reload what changes: code, schemas, the composed graph.'),
  ).action((options: UpOptions) => dev(options));
  program
    .command('status')
    .description('Show what runs and whether it is ready.')
    .addOption(dataOption())
    .option('--json', 'print JSON for programs', false)
    .action((options: { data: string; json: boolean }) => status(options));
  program
    .command('seed')
    .description('Fill the tables with a believable set of any size.')
    .option('--users <count>', 'how many users', wholeNumber, 200)
    .option('--payments <count>', 'how many payments', wholeNumber, 2_000)
    .option('--replace', 'remove what the tables hold first', false)
    .addOption(dataOption())
    .action((options: { users: number; payments: number; replace: boolean; data: string }) => seed(options));
  addSchemaCommands(program);
  addDatabaseCommands(program);
  addServicesCommands(program);
  addKeysCommands(program, dataOption);
  addEventsCommands(program, dataOption);
  addReplicaCommands(program, dataOption);
  addAuditCommands(program, dataOption);
  addPersonalDataCommands(program, dataOption);
  program
    .command('secrets')
    .description('Write a random secret into a file for each that a deployment needs; what exists is kept.')
    .requiredOption('--out <folder>', 'where to')
    .action(({ out }: { out: string }) => {
      const { folder, written, kept } = makeSecrets(ROOT, out);
      process.stdout.write(`${folder}: ${written.length} written, ${kept.length} kept\n`);
    });
  return program;
}

function addUpOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--topology <kind>',
        'a PostgreSQL server a service; or one that all share, with a schema a service and foreign keys between them',
      )
        .choices(['separate', 'shared'])
        .default('separate'),
    )
    .option('--nats <url>', 'let NATS servers carry the events, such as nats://127.0.0.1:4222')
    .option('--reset', 'remove the data of this topology first', false)
    .addOption(
      new Option('--port <number>', 'where the router listens; 0 takes free ports for everything')
        .argParser(portNumber)
        .env('ROUTER_PORT')
        .default(4000),
    )
    .addOption(dataOption());
}

function dataOption(): Option {
  return new Option('--data <folder>', 'where databases, secrets and logs are kept')
    .argParser((folder) => resolve(folder))
    .default(DEFAULT_DATA_FOLDER, '.data');
}

function portNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new InvalidArgumentError('Give a port: a whole number from 0 to 65535.');
  }
  return Number(text);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,10}$/.test(text)) {
    throw new InvalidArgumentError('Give a whole number, 0 or more.');
  }
  return Number(text);
}
