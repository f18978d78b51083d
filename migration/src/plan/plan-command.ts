import { readFile, rename, writeFile } from 'node:fs/promises';
import { MigrationError } from '../errors/index.js';
import { readMapping } from '../mapping/index.js';
import { findDrift } from './check-plan.js';
import { makePlan } from './make-plan.js';
import { planFileOf, readPlanFile, writePlanFile } from './plan-file.js';
import type { Plan } from './plan.js';
import { proposeMapping } from './propose-mapping.js';
import { renderSvg } from './render-svg.js';
import { renderText } from './render-text.js';

/** What `plan` is asked for. */
export interface PlanCommandOptions {
  readonly url: string;
  /** The mapping file. */
  readonly mapping: string;
  /** The plan file: read by `check`, written by `write`. */
  readonly planFile?: string | undefined;
  readonly mode: 'show' | 'write' | 'check';
  readonly json?: boolean | undefined;
  /** Where to write the picture of the coupling. */
  readonly picture?: string | undefined;
}

/** What a command says, and the status that its process ends with. */
export interface CommandResult {
  readonly output: string;
  readonly status: 0 | 1;
}

/**
 * Runs `plan`: shows how the services of a mapping are coupled in a database; writes the plan file; or checks that the
 * database is still as the file says, with status 1 when it is not.
 *
 * @throws {MigrationError}
 */
export async function runPlanCommand(options: PlanCommandOptions): Promise<CommandResult> {
  const planFile = options.planFile ?? defaultPlanFile(options.mapping);
  const plan = await makePlan(options.url, await readMapping(options.mapping));
  if (options.picture !== undefined) await writeFile(options.picture, renderSvg(plan));
  switch (options.mode) {
    case 'show':
      return { output: options.json === true ? toJson({ plan }) : renderText(plan), status: 0 };
    case 'write':
      return write(plan, planFile, options);
    case 'check':
      return check(plan, planFile, options);
  }
}

/** Where the plan lies unless told otherwise: beside the mapping. */
export function defaultPlanFile(mappingFile: string): string {
  return mappingFile.replace(/(\.json)?$/, '.plan.json');
}

/** Runs `plan --propose-mapping`: a first mapping as JSON, with what was guessed. */
export async function runProposeMapping(
  url: string,
): Promise<{ readonly mapping: string; readonly notes: ReadonlyArray<string> }> {
  const { mapping, notes } = await proposeMapping(url);
  return { mapping: toJson(mapping), notes };
}

async function write(plan: Plan, file: string, options: PlanCommandOptions): Promise<CommandResult> {
  const before = await readPlanFile(file);
  const content = planFileOf(plan, before);
  await writePlanFile(file, content);
  const decided = await writeDecisions(plan, options.mapping);
  const refused = findDrift(await makePlan(options.url, await readMapping(options.mapping)), content);
  if (options.json === true) {
    return { output: toJson({ plan, planFile: file, refused }), status: refused.length === 0 ? 0 : 1 };
  }
  return {
    output: [
      renderText(plan),
      '',
      `Written: ${file}${decided ? `, and the proposed replacements of keys into ${options.mapping}` : ''}. Review and commit.`,
      ...refused.map((line) => `  - ${line}`),
    ].join('\n'),
    status: refused.length === 0 ? 0 : 1,
  };
}

/** Completes the mapping's crossings by the proposals, which is where the cut-over reads them. */
async function writeDecisions(plan: Plan, file: string): Promise<boolean> {
  const open = plan.keys.filter(({ decided }) => !decided);
  if (open.length === 0) return false;
  const content = JSON.parse(await readFile(file, 'utf8')) as { crossings?: unknown[] };
  const crossings = [...(content.crossings ?? []), ...open.map(({ crossing }) => crossing)];
  await writeFile(`${file}.new`, `${toJson({ ...content, crossings })}\n`);
  await rename(`${file}.new`, file);
  return true;
}

async function check(plan: Plan, file: string, options: PlanCommandOptions): Promise<CommandResult> {
  const planned = await readPlanFile(file);
  if (planned === undefined) {
    throw new MigrationError('BAD_ARGUMENT', `There is no plan file ${file}. Write it first: plan --write.`);
  }
  const drift = findDrift(plan, planned);
  const status = drift.length === 0 ? 0 : 1;
  if (options.json === true) return { output: toJson({ drift }), status };
  return {
    output:
      status === 0
        ? `The database is as ${file} says: ${planned.keys.length} keys, ${planned.objects.length} objects and ${planned.statements.length} statements between services.`
        : [`The database is not as ${file} says:`, ...drift.map((line) => `  - ${line}`)].join('\n'),
    status,
  };
}

function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
