export { openGate, type Gate } from './gate.js';
export {
  GUARD_COMMAND,
  GUARD_READY,
  GUARD_RELEASED,
  guardedGate,
  startGuard,
  type Guard,
  type GuardTask,
} from './guard.js';
export { makeGate } from './make-gate.js';
export { pgBouncerGate, type PgBouncerGateOptions } from './pgbouncer-gate.js';
export { platformGate } from './platform-gate.js';
