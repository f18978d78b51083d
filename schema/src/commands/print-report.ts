import type { Finding } from '../checks/finding.js';
import type { PlanSummaries } from '../operations/plan-summary.js';
import type { CheckResult } from './check-result.js';
import { alignColumns, wrap } from './text-layout.js';
import type { PublishOutcome } from './publish-schema.js';
import type { CompositionOutcome } from './write-composition.js';

/** The report of `checkSchema` or `checkProposal` for a terminal. */
export function printCheckResult(result: CheckResult): string {
  const what = result.service === undefined ? 'The schema' : `The proposal for ${result.service}`;
  const verdict = result.ok ? `${what} passes its check` : `${what} fails its check`;
  const acknowledged = result.changes.filter((change) => change.acknowledged);
  return joinBlocks([
    `${verdict}: ${countFindings(result.findings)}; ${result.services.length} services (${result.services.join(', ')}).`,
    ...result.findings.map(printFinding),
    section(
      'Acknowledged changes',
      acknowledged.map(({ message }) => message),
    ),
    section('Plans of the saved operations', printPlans(result.plans)),
  ]);
}

/** The report of `writeComposition` for a terminal. */
export function printCompositionOutcome(outcome: CompositionOutcome): string {
  if (outcome.type === 'refused') {
    return joinBlocks([
      `Nothing was written: ${countFindings(outcome.findings)}.`,
      ...outcome.findings.map(printFinding),
    ]);
  }
  return joinBlocks([
    `Composed ${outcome.services.length} services: ${outcome.services.join(', ')}.`,
    section('Files', alignColumns(outcome.files.map(({ change, file }) => [change, file]))),
    ...(outcome.findings.length === 0
      ? []
      : [
          `npm run schema:check will object: ${countFindings(outcome.findings)}.`,
          ...outcome.findings.map(printFinding),
        ]),
    section('Plans of the saved operations', printPlans(outcome.plans)),
  ]);
}

/** The report of `publishSchema` for a terminal. */
export function printPublishOutcome(outcome: PublishOutcome): string {
  if (outcome.type === 'refused') {
    return joinBlocks(['Nothing was published: the check fails.', printCheckResult(outcome.check)]);
  }
  const { first, changes, clearedAcknowledgements } = outcome;
  if (first)
    return 'Published for the first time: schema/published.graphql is now what clients are promised.\n';
  if (changes.length === 0) return 'Nothing moved: clients were promised just this.\n';
  const cleared =
    clearedAcknowledgements === 0 ? '' : ` Cleared ${count(clearedAcknowledgements, 'acknowledgement')}.`;
  return joinBlocks([
    `Published ${count(changes.length, 'change')}.${cleared}`,
    section('Changes', alignColumns(changes.map(({ criticality, message }) => [criticality, message]))),
  ]);
}

function printFinding({ severity, code, subject, message, action }: Finding): string {
  const details = [
    ...wrap(message),
    ...wrap(action).map((line, index) => (index === 0 ? `→ ${line}` : `  ${line}`)),
  ];
  return [`${severity.padEnd(7)}  ${code}  ${subject}`, ...details.map((line) => `         ${line}`)].join(
    '\n',
  );
}

function printPlans(plans: PlanSummaries): ReadonlyArray<string> {
  const rows = Object.entries(plans).map(([name, { services, fetches, depth }]) => [
    name,
    String(fetches),
    String(depth),
    services.join(', '),
  ]);
  return rows.length === 0 ? [] : alignColumns([['operation', 'fetches', 'depth', 'services'], ...rows]);
}

function countFindings(findings: ReadonlyArray<Finding>): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  if (findings.length === 0) return 'nothing found';
  return [
    ...(errors > 0 ? [count(errors, 'error')] : []),
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
  ].join(', ');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function section(title: string, lines: ReadonlyArray<string>): string {
  return lines.length === 0 ? '' : [title, ...lines.map((line) => `  ${line}`)].join('\n');
}

function joinBlocks(blocks: ReadonlyArray<string>): string {
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}
