/** What whole-system tests and benchmarks use of the command: the launcher, and generated data. */
export { startSystem, type RunningSystem, type SystemOptions } from './launcher/system.js';
export { findDrift } from './commands/database.js';
export { seedLarge, type LargeSeedOptions } from './seed/large.js';
export { startDemo, type Demo, type DemoOptions } from './demo-split/demo.js';
export { runMigration, type MigrationEnd, type MigrationRun } from './demo-split/run-migration.js';
export {
  startTraffic,
  type AcknowledgedWrites,
  type Traffic,
  type TrafficObserver,
} from './demo-split/traffic.js';
export { findLostWrites, openWorlds, type Worlds } from './demo-split/worlds.js';
