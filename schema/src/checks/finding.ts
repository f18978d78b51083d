/** What a check can find. The codes are stable and meant for programs. */
export type FindingCode =
  | 'COMPOSITION_ERROR'
  | 'COMPOSITION_HINT'
  | 'CLIENT_SCHEMA_ERROR'
  | 'DRIFT'
  | 'NON_NULL_CROSSING'
  | 'OPERATION_INVALID'
  | 'PLAN_CHANGED'
  | 'BREAKING_CHANGE'
  | 'DANGEROUS_CHANGE'
  | 'ACKNOWLEDGEMENT_INVALID'
  | 'ACKNOWLEDGEMENT_UNUSED'
  | 'EVENT_SCHEMA_INVALID'
  | 'EVENT_CHANGE_BREAKS'
  | 'NOT_PUBLISHED';

/** One thing that a check found. */
export interface Finding {
  /** An error fails the check, a warning does not. */
  readonly severity: 'error' | 'warning';
  readonly code: FindingCode;
  /** What it is about: a schema coordinate, a file, a federation code. */
  readonly subject: string;
  /** What is so, in plain words. */
  readonly message: string;
  /** What to do about it. */
  readonly action: string;
}
