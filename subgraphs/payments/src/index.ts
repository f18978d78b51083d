export { readConfiguration, type PaymentsConfiguration } from './config.js';
export { startPayments } from './server.js';
