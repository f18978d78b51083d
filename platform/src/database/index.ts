export { createDatabase, type Database } from './database.js';
export { isDatabaseUnavailable } from './unavailable.js';
export { isUniqueViolation } from './unique-violation.js';
export { createEntityLoader, type EntityLoader } from './entity-loader.js';
export { groupBy } from './group-by.js';
