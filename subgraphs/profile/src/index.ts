export { readConfiguration, type ProfileConfiguration } from './config.js';
export { startProfile } from './server.js';
