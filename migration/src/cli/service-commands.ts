import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { readMoveSettings, type MoveSettings } from '../connections/index.js';
import { finishService } from '../finish/index.js';
import { GUARD_COMMAND, guardedGate, makeGate, startGuard, type Gate } from '../gate/index.js';
import { readMapping, serviceOf, type Mapping } from '../mapping/index.js';
import type { Report } from '../move/index.js';
import { startService } from '../start/index.js';
import { readStatus } from '../status/index.js';
import { applicationNameFor } from '../state/index.js';
import { cutoverService, guardSwitch, rollbackService } from '../switch/index.js';
import { verificationPage, verifyService } from '../verify/index.js';
import { openProgressDisplay } from './progress-display.js';
import { statusTable } from './status-table.js';
import { verificationTable } from './verification-table.js';

/** What a person sees besides the end: both sides differ, or something is not as it should be. */
export const STATUS_FOUND_SOMETHING = 2;

interface Common {
  readonly mapping: string;
}

interface ServiceRun {
  readonly service: string;
  readonly mapping: Mapping;
  readonly settings: MoveSettings;
  readonly report: Report;
}

/** Adds the commands that work on services: `start`, `verify`, `cutover`, `rollback`, `finish`, `status`. */
export function addServiceCommands(program: Command): void {
  onServices(
    program,
    'start',
    'Make the target, copy, and let it follow the source. Goes on where it was ended.',
  ).action((services: string[], options: Common) =>
    forEachService(services, options, async ({ settings, ...run }) => {
      await startService({ ...run, endpoints: settings.endpoints });
    }),
  );
  onServices(
    program,
    'verify',
    'Compare every row and column of both sides, while writes go on. Ends with 2 when they differ.',
  )
    .option('--report <folder>', 'write what was found as JSON and as a page to read')
    .option('--values', 'put differing values into the report; they may be personal data', false)
    .action((services: string[], options: Common & { report?: string; values: boolean }) =>
      forEachService(services, options, (run) => verify(run, options)),
    );
  onServices(
    program,
    'cutover',
    'Move the writes to the target. Refuses unless verified; goes back by itself when it takes too long.',
  )
    .addOption(budgetOption())
    .option('--one-way', 'move although there can be no stream back, and so no rollback', false)
    .action((services: string[], options: Common & { budget: number; oneWay: boolean }) =>
      forEachService(services, options, (run) =>
        withGate('cutover', run, async (gate) => {
          const { settings, ...rest } = run;
          const { outageMilliseconds } = await cutoverService({
            ...rest,
            endpoints: settings.endpoints,
            gate,
            budgetMilliseconds: options.budget,
            oneWay: options.oneWay,
          });
          tell(`${run.service}: moved; clients were held for ${Math.round(outageMilliseconds)} ms.`);
        }),
      ),
    );
  onServices(program, 'rollback', 'Move the writes back to the source, with all that was written since.')
    .addOption(budgetOption())
    .action((services: string[], options: Common & { budget: number }) =>
      forEachService(services, options, (run) =>
        withGate('rollback', run, async (gate) => {
          const { settings, ...rest } = run;
          const result = await rollbackService({
            ...rest,
            endpoints: settings.endpoints,
            gate,
            budgetMilliseconds: options.budget,
          });
          tell(
            `${run.service}: moved back; clients were held for ${Math.round(result.outageMilliseconds)} ms.`,
          );
          for (const { rows, table, constraint, done } of result.orphans) {
            tell(
              `${run.service}: ${rows} rows of ${table} referred to rows that are gone (${constraint}): ${done}.`,
            );
          }
          for (const name of result.notValidated) {
            tell(
              `${run.service}: ${name} stays NOT VALID: rows break it, and somebody has to decide about them.`,
            );
          }
        }),
      ),
    );
  onServices(
    program,
    'finish',
    'Make a move final: end the streams, put the old tables away. No rollback after it.',
  )
    .option('--force', 'go on although somebody still uses the old tables', false)
    .action((services: string[], options: Common & { force: boolean }) =>
      forEachService(services, options, async ({ settings, ...run }) => {
        const { archive } = await finishService({
          ...run,
          endpoints: settings.endpoints,
          force: options.force,
        });
        tell(`${run.service}: finished; the old tables lie in ${archive} of the source.`);
      }),
    );
  program
    .command(GUARD_COMMAND, { hidden: true })
    .description('Started by cutover and rollback: lets the clients go on when they are gone.')
    .action(() => guardSwitch(process.stdin, process.stdout));
  onServices(program, 'status', 'Say where the services stand and what is not as it should be.')
    .option('--json', 'print JSON for programs', false)
    .option('--check', 'end with 2 when something is not as it should be', false)
    .action(async (services: string[], options: Common & { json: boolean; check: boolean }) => {
      const mapping = await readMapping(options.mapping);
      const all = [];
      for (const service of chosen(mapping, services)) {
        all.push(await readStatus({ service, mapping, endpoints: readMoveSettings(service).endpoints }));
      }
      tell(options.json ? JSON.stringify(all, null, 2) : statusTable(all));
      if (options.check && all.some(({ drift, visitors }) => drift.length + visitors.length > 0)) {
        process.exitCode = STATUS_FOUND_SOMETHING;
      }
    });
}

async function verify(
  { settings, ...run }: ServiceRun,
  options: { readonly report?: string; readonly values: boolean },
): Promise<void> {
  const report = await verifyService({
    ...run,
    endpoints: settings.endpoints,
    showValues: options.values,
    targetUrlOf: (service) => readMoveSettings(service).endpoints.target,
  });
  if (options.report !== undefined) {
    await mkdir(options.report, { recursive: true });
    const file = join(options.report, `verification-${run.service}`);
    await writeFile(`${file}.json`, `${JSON.stringify(report, null, 2)}\n`);
    await writeFile(`${file}.html`, verificationPage(report));
    tell(`${run.service}: the report is in ${file}.html and ${file}.json.`);
  }
  tell(verificationTable(report));
  if (!report.agrees) process.exitCode = STATUS_FOUND_SOMETHING;
}

function onServices(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .argument('[services...]', 'services of the mapping; all of them when none is named')
    .addOption(mappingOption());
}

export function mappingOption(): Option {
  return new Option('--mapping <file>', 'which table goes to which service')
    .env('MIGRATION_MAPPING')
    .default('migration.json');
}

function budgetOption(): Option {
  return new Option('--budget <milliseconds>', 'how long clients may be held before everything goes back')
    .argParser((text) => {
      if (!/^[1-9]\d{0,5}$/.test(text))
        throw new InvalidArgumentError('Give a whole number of milliseconds, 1 to 999999.');
      return Number(text);
    })
    .default(1_000);
}

function chosen(mapping: Mapping, services: ReadonlyArray<string>): ReadonlyArray<string> {
  services.forEach((service) => serviceOf(mapping, service));
  return services.length === 0 ? Object.keys(mapping.services) : [...new Set(services)];
}

/** One after the other: each locks tables for a moment, and the first failure ends it. */
async function forEachService(
  services: ReadonlyArray<string>,
  options: Common,
  work: (run: ServiceRun) => Promise<void>,
): Promise<void> {
  const mapping = await readMapping(options.mapping);
  const runs = chosen(mapping, services).map((service) => ({ service, settings: readMoveSettings(service) }));
  for (const { service, settings } of runs) {
    const display = openProgressDisplay(process.stderr, service);
    try {
      await work({ service, mapping, settings, report: (progress) => display.show(progress) });
    } finally {
      display.end();
    }
  }
}

/** Ctrl-C in the middle would leave clients waiting until their gate asks the databases: it is answered afterwards. */
async function withGate(
  command: 'cutover' | 'rollback',
  { service, mapping, settings }: ServiceRun,
  work: (gate: Gate) => Promise<void>,
): Promise<void> {
  const self = [process.execPath, String(process.argv[1])];
  const { gate: addresses, endpoints } = settings;
  const bare = makeGate(service, serviceOf(mapping, service), addresses, endpoints);
  const applicationName = applicationNameFor(command, service);
  const gate = guardedGate(
    bare,
    startGuard(self, { service, mapping, endpoints, addresses, applicationName }),
  );
  const wait = (): void => tell(`${service}: the switch is ended first; it takes a moment.`);
  process.on('SIGINT', wait);
  try {
    await work(gate);
  } finally {
    process.off('SIGINT', wait);
    await gate.close();
  }
}

function tell(text: string): void {
  process.stdout.write(`${text}\n`);
}
