export { openGate, type Gate } from './gate.js';
export { guardPause, startPauseGuard, type GuardTask, type PauseGuard } from './pause-guard.js';
export { makeGate } from './make-gate.js';
export { pgBouncerGate, type PgBouncerGateOptions } from './pgbouncer-gate.js';
export { platformGate } from './platform-gate.js';
