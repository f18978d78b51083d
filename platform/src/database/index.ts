export { createDatabase, type Database } from './database.js';
export { openSession } from './session.js';
export { isDatabaseUnavailable } from './unavailable.js';
export { isUniqueViolation } from './unique-violation.js';
export { createEntityLoader, type EntityLoader } from './entity-loader.js';
export { groupBy } from './group-by.js';
export {
  addGateRoutes,
  createGatedDatabase,
  createWriteGate,
  findOpenSide,
  GATE_PATH,
  type GatedDatabase,
  type GateSide,
  type GateState,
  type GateUrls,
  type WriteGate,
  type WriteGateOptions,
} from './gate/index.js';
