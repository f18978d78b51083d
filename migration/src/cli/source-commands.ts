import { Option, type Command } from 'commander';
import { adopt, undoAdopt } from '../adopt/index.js';
import { MigrationError } from '../errors/index.js';
import { readMapping, serviceOf } from '../mapping/index.js';
import { runPlanCommand, runProposeMapping } from '../plan/index.js';
import { mappingOption } from './service-commands.js';

interface PlanOptions {
  readonly mapping: string;
  readonly plan?: string;
  readonly write: boolean;
  readonly check: boolean;
  readonly proposeMapping: boolean;
  readonly json: boolean;
  readonly picture?: string;
}

/** Adds the commands that work on the old database alone: `plan` and `adopt`. */
export function addSourceCommands(program: Command): void {
  program
    .command('plan')
    .description(
      'Say what couples the services of a database, and what takes its place. Changes nothing there.',
    )
    .argument('[url]', 'the database; MIGRATION_SOURCE_URL when not given')
    .addOption(mappingOption())
    .option('--plan <file>', 'the plan file; beside the mapping when not given')
    .option('--write', 'write the plan file, to be reviewed', false)
    .option('--check', 'fail when the database is not as the plan file says', false)
    .option(
      '--propose-mapping',
      'print a first mapping, guessed from the names and keys of the tables',
      false,
    )
    .option('--json', 'print JSON for programs', false)
    .option('--picture <file>', 'draw the coupling as SVG')
    .addOption(new Option('--url <url>').env('MIGRATION_SOURCE_URL').hideHelp())
    .action(async (given: string | undefined, options: PlanOptions & { url?: string }) => {
      const url = requireUrl(given ?? options.url);
      if (options.write && options.check) {
        throw new MigrationError('BAD_ARGUMENT', 'Give --write or --check, not both.');
      }
      if (options.proposeMapping) {
        const { mapping, notes } = await runProposeMapping(url);
        notes.forEach((note) => process.stderr.write(`${note}\n`));
        process.stdout.write(`${mapping}\n`);
        return;
      }
      const { output, status } = await runPlanCommand({
        url,
        mapping: options.mapping,
        planFile: options.plan,
        mode: options.write ? 'write' : options.check ? 'check' : 'show',
        json: options.json,
        picture: options.picture,
      });
      process.stdout.write(`${output}\n`);
      process.exitCode = status;
    });
  program
    .command('adopt')
    .description(
      'Move tables into a schema a service within the old database; old code finds them under their old names.',
    )
    .argument('[services...]', 'services of the mapping; all of them when none is named')
    .addOption(mappingOption())
    .addOption(new Option('--url <url>', 'the database').env('MIGRATION_SOURCE_URL'))
    .option('--undo', 'move them back', false)
    .option('--rehearse', 'try everything and change nothing', false)
    .option('--despite-failures', 'go on although recorded statements would fail', false)
    .action(
      async (
        services: string[],
        options: {
          mapping: string;
          url?: string;
          undo: boolean;
          rehearse: boolean;
          despiteFailures: boolean;
        },
      ) => {
        const mapping = await readMapping(options.mapping);
        services.forEach((service) => serviceOf(mapping, service));
        const run = {
          url: requireUrl(options.url),
          mapping,
          services: services.length === 0 ? undefined : services,
          rehearseOnly: options.rehearse,
          despiteFailures: options.despiteFailures,
          onProgress: (message: string) => void process.stderr.write(`${message}\n`),
        };
        if (options.undo) {
          const { returned } = await undoAdopt(run);
          process.stdout.write(`${returned.length} tables are back in their places.\n`);
          return;
        }
        const { moved, inPlace, notes } = await adopt(run);
        process.stdout.write(`${moved.length} tables moved, ${inPlace.length} were in their places.\n`);
        notes.forEach((note) => process.stdout.write(`  ! ${note}\n`));
      },
    );
}

function requireUrl(url: string | undefined): string {
  if (url !== undefined && url !== '') return url;
  throw new MigrationError(
    'BAD_ARGUMENT',
    'Name the database: as a URL on the command line, or in MIGRATION_SOURCE_URL.',
  );
}
