export { MigrationError, type MigrationErrorCode } from './migration-error.js';
