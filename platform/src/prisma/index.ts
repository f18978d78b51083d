/** Prisma's migrations and schema engine, from npm alone and without its command line. */
export {
  deployMigrations,
  type DeployedMigrations,
  type DeployMigrationsOptions,
  type MigrationProgress,
} from './deploy-migrations.js';
export type { MigrationLocation } from './migration-files.js';
export { MigrationError, type MigrationErrorCode } from './migration-error.js';
export type { MigrationHistory } from './migration-history.js';
export { migrationStatus, type MigrationStatus } from './migration-status.js';
export type { SchemaEngineConnection } from './schema-engine-adapter.js';
export { createSchemaEngine, type OpenSchemaEngine, type SchemaEngineOptions } from './schema-engine.js';
export { schemaDrift, type SchemaDriftOptions } from './schema-drift.js';
