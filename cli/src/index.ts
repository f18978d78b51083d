/** What whole-system tests and benchmarks use of the command: the launcher, and generated data. */
export { startSystem, type RunningSystem, type SystemOptions } from './launcher/system.js';
export { findDrift } from './commands/database.js';
export { seedLarge, type LargeSeedOptions } from './seed/large.js';
