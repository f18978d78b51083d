/** Sets up a service's database on any PostgreSQL server: roles, schema, and rights that are denied by default. */
export { withConnection } from './connection.js';
export { applyGrants, type ApplyGrantsOptions } from './apply-grants.js';
export { ProvisioningError, type ProvisioningErrorCode } from './errors.js';
export {
  provisionServiceDatabase,
  type ProvisionServiceDatabaseOptions,
} from './provision-service-database.js';
export { ensureServiceRole, type ServiceRoleOptions } from './service-role.js';
