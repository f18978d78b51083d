import type { RowDifference } from './compare-rows.js';
import type { FencePoint } from './fence.js';

/** References across services that lead nowhere. */
export interface ReferenceResult {
  readonly constraint: string;
  readonly from: string;
  readonly to: string;
  /** `shared`: both tables in the old database; `separate`: each where it is, or is to be, served. */
  readonly world: 'shared' | 'separate';
  /** References; distinct ones between two databases. */
  readonly checked: number;
  readonly orphans: number;
  /** Keys that lead nowhere, the first few. */
  readonly examples: ReadonlyArray<string>;
}

export interface TableReport {
  readonly table: string;
  readonly columns: ReadonlyArray<string>;
  readonly rows: { readonly source: number; readonly target: number };
  readonly ranges: number;
  readonly differingRanges: number;
  readonly differences: ReadonlyArray<RowDifference>;
  /** False when there are more differences than those listed. */
  readonly isComplete: boolean;
  readonly milliseconds: number;
}

/** What a verification found, and at which point. */
export interface VerificationReport {
  readonly service: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Both sides are compared as they were at this point. */
  readonly fence: FencePoint;
  readonly tables: ReadonlyArray<TableReport>;
  readonly references: ReadonlyArray<ReferenceResult>;
  /** Whether every row and column is the same on both sides. */
  readonly agrees: boolean;
  /** Whether no reference across services leads nowhere. */
  readonly referencesHold: boolean;
}
