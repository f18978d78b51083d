import type { Acknowledgement } from './acknowledgements.js';
import { acknowledgementTemplate, isAcknowledged } from './acknowledgements.js';
import type { Finding } from './finding.js';
import { describeUsage, usageOfChange } from '../usage/change-usage.js';
import type { UsageReport } from '../usage/usage-report.js';
import type { SchemaChange } from './schema-changes.js';

/**
 * What to tell of the changes that nobody has acknowledged: a breaking one is an error, a dangerous one a warning.
 * @param date today, `YYYY-MM-DD`, for the entry to copy
 * @param usage how clients used the graph, when that is known
 */
export function changeFindings(
  changes: ReadonlyArray<SchemaChange>,
  acknowledgements: ReadonlyArray<Acknowledgement>,
  date: string,
  usage?: UsageReport,
): ReadonlyArray<Finding> {
  return changes
    .filter((change) => change.criticality !== 'safe' && !isAcknowledged(change, acknowledgements))
    .map((change) => changeFinding(change, date, usage));
}

/** What is wrong with `acknowledged-changes.json` itself. */
export function acknowledgementFindings(
  problems: ReadonlyArray<string>,
  unused: ReadonlyArray<Acknowledgement>,
): ReadonlyArray<Finding> {
  const subject = 'acknowledged-changes.json';
  return [
    ...problems.map((message): Finding => ({
      severity: 'error',
      code: 'ACKNOWLEDGEMENT_INVALID',
      subject,
      message,
      action: 'Write each entry as { "change": "…", "reason": "…", "date": "YYYY-MM-DD" }.',
    })),
    ...unused.map(({ change }): Finding => ({
      severity: 'error',
      code: 'ACKNOWLEDGEMENT_UNUSED',
      subject,
      message: `"${change}" is acknowledged, and there is no such change.`,
      action: 'Remove the entry, or write the change as the check prints it.',
    })),
  ];
}

function changeFinding(change: SchemaChange, date: string, usage: UsageReport | undefined): Finding {
  const isBreaking = change.criticality === 'breaking';
  const users =
    change.usedBy.length === 0 ? 'No saved operation uses it.' : `Used by ${change.usedBy.join(', ')}.`;
  const entry = acknowledgementTemplate(change, date);
  return {
    severity: isBreaking ? 'error' : 'warning',
    code: isBreaking ? 'BREAKING_CHANGE' : 'DANGEROUS_CHANGE',
    subject: change.path,
    message: [
      `${change.message.replace(/\.$/, '')}. ${users}`,
      ...(usage === undefined ? [] : [describeUsage(usageOfChange(change, usage))]),
    ].join(' '),
    action: isBreaking
      ? `Keep what clients were promised, or add this to schema/acknowledged-changes.json and say why: ${entry}`
      : 'Make sure that clients cope with it.',
  };
}
