export { readConfiguration, type AdminConfiguration } from './config.js';
export { startAdmin } from './server.js';
export { verifyChain, type ChainReport } from './domain/verify-chain.js';
export { REPLICAS } from './events/replicas.js';
export { exportAuditLog, verifyAuditLog } from './audit-commands.js';
export type { AuditExportOptions } from './domain/audit-export-filter.js';
