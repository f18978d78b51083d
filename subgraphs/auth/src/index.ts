export { readConfiguration, type AuthConfiguration } from './config.js';
export { startAuth } from './server.js';
