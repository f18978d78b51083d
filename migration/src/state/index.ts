export {
  ensureWriteLock,
  isLockFailure,
  keepMaintenanceOut,
  lockTables,
  readWriteLock,
  retryOnLocks,
  setWriteLock,
} from './locks.js';
export { fenceLockKeys, ensureStateObjects, type Side } from './objects.js';
export { namesFor, quote, quoteTable, quoteText, type MoveNames } from './names.js';
export { PHASES, requirePhase, type Phase, type StatefulCommand } from './phases.js';
export { acquireRunLock, applicationNameFor } from './run-lock.js';
export {
  createState,
  databaseIdentity,
  readState,
  writeState,
  type ServiceState,
  type StateDetails,
} from './store.js';
