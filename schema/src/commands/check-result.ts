import type { PlanSummaries } from '../operations/plan-summary.js';
import type { Finding } from '../checks/finding.js';
import { isAcknowledged, type Acknowledgement } from '../checks/acknowledgements.js';
import type { SchemaChange } from '../checks/schema-changes.js';
import { usageOfChange, type ChangeUsage } from '../usage/change-usage.js';
import type { UsageReport } from '../usage/usage-report.js';

/** A change with what was decided about it. */
export interface JudgedChange extends SchemaChange {
  readonly acknowledged: boolean;
  /** How clients used what it is about; undefined when no report of use was given, and for harmless changes. */
  readonly usage?: ChangeUsage;
}

/** What a check gives; plain data, printed as it stands by `--json`. */
export interface CheckResult {
  /** Whether nothing found is an error. */
  readonly ok: boolean;
  /** The service whose proposal was checked; undefined for the check of what is committed. */
  readonly service?: string;
  /** The services that were composed. */
  readonly services: ReadonlyArray<string>;
  /** Errors first. */
  readonly findings: ReadonlyArray<Finding>;
  /** Every difference to the published schema, the harmless ones too. */
  readonly changes: ReadonlyArray<JudgedChange>;
  /** The plan of every valid saved operation, by name. */
  readonly plans: PlanSummaries;
}

/** Puts errors before warnings and says whether there are any. */
export function checkResult(result: Omit<CheckResult, 'ok'>): CheckResult {
  const findings = [...result.findings].sort(
    (left, right) => Number(left.severity === 'warning') - Number(right.severity === 'warning'),
  );
  return { ok: findings.every(({ severity }) => severity !== 'error'), ...result, findings };
}

/** Puts to each change what was decided about it and, when that is known, how what it is about was used. */
export function judgeChanges(
  changes: ReadonlyArray<SchemaChange>,
  acknowledgements: ReadonlyArray<Acknowledgement>,
  usage: UsageReport | undefined,
): ReadonlyArray<JudgedChange> {
  return changes.map((change) => ({
    ...change,
    acknowledged: isAcknowledged(change, acknowledgements),
    ...(usage === undefined || change.criticality === 'safe' ? {} : { usage: usageOfChange(change, usage) }),
  }));
}
