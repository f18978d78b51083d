export { readConfiguration, type PaymentsConfiguration } from './config.js';
export { startPayments } from './server.js';
export { REPLICAS } from './events/replicas.js';
