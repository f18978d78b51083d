/**
 * Real PostgreSQL servers from npm: nothing to install, on Linux and macOS. Their programs are driven directly, because
 * the launcher has to decide about users, ports and what an unclean end left behind.
 */
export { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from './errors.js';
export { acquireLauncherLock, type LauncherLock } from './launcher-lock.js';
export { startMarkOf } from './process-identity.js';
export type { ServerExit } from './server-process.js';
export {
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './start-embedded-postgres.js';
export {
  startTemporaryPostgres,
  type TemporaryPostgres,
  type TemporaryPostgresOptions,
} from './start-temporary-postgres.js';
