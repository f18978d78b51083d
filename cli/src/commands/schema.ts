import { readFileSync } from 'node:fs';
import {
  checkProposal,
  checkSchema,
  printCheckResult,
  printCompositionOutcome,
  printPublishOutcome,
  publishSchema,
  writeComposition,
  type CheckResult,
  type UsageReport,
} from '@supergraph/schema';
import { Option, type Command } from 'commander';
import { ROOT } from '../root.js';
import { addSchemaManifestCommand } from './schema-manifest.js';
import { addSchemaUsageCommand, readUsageReports } from './schema-usage.js';

interface CheckOptions {
  readonly service?: string;
  readonly sdl?: string;
  readonly supergraph?: string;
  readonly json: boolean;
  readonly usage?: ReadonlyArray<string>;
}

/** Adds `schema compose | check | usage | manifest | publish`. */
export function addSchemaCommands(program: Command): void {
  const schema = program.command('schema').description('Compose, check and publish the schema.');
  schema
    .command('compose')
    .description('Write schema/supergraph.graphql and schema/api.graphql from the SDLs of the services.')
    .action(async () => {
      const outcome = await writeComposition(ROOT);
      process.stdout.write(printCompositionOutcome(outcome));
      process.exitCode = outcome.type === 'refused' ? 1 : 0;
    });
  schema
    .command('check')
    .description(
      'Check composition, drift, breaking changes and saved operations; or one service’s proposal.',
    )
    .option('--service <name>', 'the service that proposes')
    .option('--sdl <file>', 'its SDL as proposed')
    .addOption(
      new Option('--supergraph <file>', 'check the proposal against the services of this supergraph'),
    )
    .option('--usage <file or address...>', 'say of each change whether clients use what it is about')
    .option('--json', 'print JSON for programs', false)
    .action(async (options: CheckOptions, command: Command) => {
      if ((options.service === undefined) !== (options.sdl === undefined)) {
        command.error('Give --service and --sdl together.');
      }
      const result = await check(options);
      process.stdout.write(options.json ? `${JSON.stringify(result, null, 2)}\n` : printCheckResult(result));
      process.exitCode = result.ok ? 0 : 1;
    });
  addSchemaUsageCommand(schema);
  addSchemaManifestCommand(schema);
  schema
    .command('publish')
    .description('Promise the present schema to clients: move schema/published.graphql.')
    .action(async () => {
      const outcome = await publishSchema(ROOT);
      process.stdout.write(printPublishOutcome(outcome));
      process.exitCode = outcome.type === 'refused' ? 1 : 0;
    });
}

async function check({ service, sdl, supergraph, usage: from }: CheckOptions): Promise<CheckResult> {
  const usage: UsageReport | undefined = from && (await readUsageReports(from));
  if (service === undefined || sdl === undefined) {
    return checkSchema(ROOT, usage);
  }
  return checkProposal(
    ROOT,
    {
      service,
      sdl: readFileSync(sdl, 'utf8'),
      ...(supergraph === undefined ? {} : { supergraphSdl: readFileSync(supergraph, 'utf8') }),
    },
    usage,
  );
}
