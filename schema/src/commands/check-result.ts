import type { PlanSummaries } from '../operations/plan-summary.js';
import type { Finding } from '../checks/finding.js';
import type { SchemaChange } from '../checks/schema-changes.js';

/** A change with what was decided about it. */
export interface JudgedChange extends SchemaChange {
  readonly acknowledged: boolean;
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
