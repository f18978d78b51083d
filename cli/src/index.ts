/** What whole-system tests use of the command: the launcher. */
export { startSystem, type RunningSystem, type SystemOptions } from './launcher/system.js';
export { findDrift } from './commands/database.js';
