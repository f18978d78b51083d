export {
  cutoverService,
  endReverse,
  type CutoverOptions,
  type SwitchCommandOptions,
  type SwitchResult,
} from './cutover.js';
export { droppedKeysOf, withLocks } from './crossing-keys.js';
export { guardSwitch } from './guard-switch.js';
export { guardStatements } from './guards.js';
export type { OrphanRepair } from './orphans.js';
export { endReferenceStream } from './reference-stream.js';
export { rollbackService, type RollbackResult } from './rollback.js';
