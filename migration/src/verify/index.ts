export { compareKeys, type KeyDifference } from './compare-keys.js';
export { readChangedKeys, type ChangedKeys } from './read-changes.js';
export { readVerification, verifyService, type VerifyOptions } from './verify.js';
export { openFence, requireStream, type FencePoint } from './fence.js';
export { comparisonOf, type TableComparison } from './comparison.js';
export { compareRows, type RowDifference } from './compare-rows.js';
export { verificationPage } from './page.js';
export type { ReferenceResult, TableReport, VerificationReport } from './report.js';
