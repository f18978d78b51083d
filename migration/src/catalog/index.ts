/** What a PostgreSQL database holds, read from its catalogs; for PostgreSQL 13 and newer. */
export { displayName, quoteName, sameName, type QualifiedName } from './names.js';
export { readCatalog } from './read-catalog.js';
export { readServer } from './read-server.js';
export { STATE_SCHEMA } from './scope.js';
export type {
  Catalog,
  Column,
  Constraint,
  ForeignKey,
  Index,
  KeyAction,
  Privilege,
  ReplicaIdentity,
  Routine,
  Sequence,
  Server,
  Table,
  Trigger,
  UserType,
  View,
} from './types.js';
