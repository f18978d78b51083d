export { withMove, type MoveContext, type MoveOptions } from './context.js';
export type { CopyProgress, CountProgress, ProgressReport, Report, StepReport } from './report.js';
export { waitUntil } from './wait.js';
