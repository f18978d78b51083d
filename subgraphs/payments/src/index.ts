export { readConfiguration, type PaymentsConfiguration } from './config.js';
export { startPayments } from './server.js';
export { REPLICAS, type ReplicaDescription } from './events/replicas.js';
