/** How far the initial copy is. Rows and bytes are the server's estimates until a table is done. */
export interface CopyProgress {
  readonly kind: 'copy';
  readonly tablesDone: number;
  readonly tables: number;
  readonly rows: number;
  readonly estimatedRows: number;
  readonly bytes: number;
  readonly estimatedBytes: number;
  /** Over the last few seconds. */
  readonly bytesPerSecond: number;
  /** Write-ahead log that the source keeps for the target, in bytes. */
  readonly lagBytes: number;
  /** Undefined while nothing can be said. */
  readonly secondsLeft: number | undefined;
}

export interface CountProgress {
  readonly kind: 'count';
  /** What is counted: `indexes`, `tables verified`. */
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

export interface StepReport {
  readonly kind: 'step';
  readonly text: string;
}

export type ProgressReport = CopyProgress | CountProgress | StepReport;
/** Is told what a command does while it does it. */
export type Report = (progress: ProgressReport) => void;
