import { z } from 'zod';
import type { PlanSummaries, PlanSummary } from '../operations/plan-summary.js';
import { describePlanSummary } from '../operations/plan-summary.js';
import type { OperationFile } from '../operations/saved-operations.js';
import type { Finding } from './finding.js';

const composeAction = 'Run npm run schema:compose and commit what it writes.';

/** Tells when a committed file is not what comes out of the SDLs now; nothing came out when `current` is undefined. */
export function driftFinding(
  file: string,
  committed: string | undefined,
  current: string | undefined,
): ReadonlyArray<Finding> {
  if (current === undefined || committed === current) return [];
  const message =
    committed === undefined
      ? 'The file is not there.'
      : `The file is not what the services' SDLs give now. ${firstDifference(committed, current)}`;
  return [{ severity: 'error', code: 'DRIFT', subject: file, message, action: composeAction }];
}

/**
 * Tells which operations are planned otherwise than `plans.json` says, with the old plan and the new one.
 * An operation of which there is a file and no plan is invalid, and told as such.
 */
export function planChangeFindings(
  committedText: string | undefined,
  current: PlanSummaries,
  operationFiles: ReadonlyArray<OperationFile>,
  severity: Finding['severity'],
): ReadonlyArray<Finding> {
  const file = 'schema/operations/plans.json';
  const committed = parsePlans(committedText);
  if (committed === undefined) {
    const message =
      committedText === undefined ? 'The file is not there.' : 'The file is not a list of plans.';
    return [{ severity, code: 'PLAN_CHANGED', subject: file, message, action: composeAction }];
  }
  const invalid = operationFiles
    .map(({ fileName }) => fileName.replace(/\.graphql$/, ''))
    .filter((name) => !(name in current));
  const names = [...new Set([...Object.keys(committed), ...Object.keys(current)])]
    .filter((name) => !invalid.includes(name))
    .sort();
  return names.flatMap((name): Finding[] => {
    const before = describe(committed[name]);
    const after = describe(current[name]);
    if (before === after) return [];
    return [
      {
        severity,
        code: 'PLAN_CHANGED',
        subject: name,
        message: `Its plan was ${before}; it is now ${after}.`,
        action:
          severity === 'error'
            ? `If that is intended, run npm run schema:compose and commit what it writes.`
            : 'Make sure that the cost is intended.',
      },
    ];
  });
}

const plansFile = z.record(
  z.string(),
  z.object({ services: z.array(z.string()), fetches: z.number(), depth: z.number() }),
);

function parsePlans(text: string | undefined): PlanSummaries | undefined {
  if (text === undefined) return undefined;
  try {
    return plansFile.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function describe(summary: PlanSummary | undefined): string {
  return summary === undefined ? 'none' : `"${describePlanSummary(summary)}"`;
}

function firstDifference(committed: string, current: string): string {
  const before = committed.split('\n');
  const after = current.split('\n');
  const index = after.findIndex((line, position) => line !== before[position]);
  const line = index < 0 ? after.length : index;
  const shown = (text: string | undefined): string => text?.trim() ?? '(the file ends)';
  return [
    `First difference at line ${line + 1}:`,
    `  committed  ${shown(before[line])}`,
    `  composed   ${shown(after[line])}`,
  ].join('\n');
}
