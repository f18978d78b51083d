/** A gate before a service's database: holds new transactions, and lets them go on to another database without a restart. */
export { createGatedDatabase, type GatedDatabase } from './gated-database.js';
export { addGateRoutes, GATE_PATH } from './gate-routes.js';
export { findOpenSide, type GateSide, type GateUrls } from './side.js';
export { createWriteGate, type GateState, type WriteGate, type WriteGateOptions } from './write-gate.js';
