export { startService, type StartResult } from './start.js';
