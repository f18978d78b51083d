/** From one shared database to a database per service. */
export { adopt, undoAdopt } from './adopt/index.js';
export { createMigrationCommand } from './cli/program.js';
export type { Endpoints, GateAddresses } from './connections/index.js';
export { MigrationError, type MigrationErrorCode } from './errors/index.js';
export { archiveSchema, finishService, type FinishOptions, type FinishResult } from './finish/index.js';
export { makeGate, openGate, pgBouncerGate, platformGate, type Gate } from './gate/index.js';
export {
  parseMapping,
  readMapping,
  type Crossing,
  type MappedService,
  type Mapping,
} from './mapping/index.js';
export type { CopyProgress, CountProgress, ProgressReport, Report } from './move/index.js';
export * from './plan/index.js';
export { startService, type StartResult } from './start/index.js';
export { readStatus, type ServiceStatus } from './status/index.js';
export {
  cutoverService,
  rollbackService,
  type CutoverOptions,
  type RollbackResult,
  type SwitchResult,
} from './switch/index.js';
export {
  verificationPage,
  verifyService,
  type VerificationReport,
  type VerifyOptions,
} from './verify/index.js';
