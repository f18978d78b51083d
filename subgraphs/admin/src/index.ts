export { readConfiguration, type AdminConfiguration } from './config.js';
export { startAdmin } from './server.js';
export { verifyChain, type ChainReport } from './domain/verify-chain.js';
