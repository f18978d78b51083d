export { readStatus, type ServiceStatus, type StatusOptions } from './status.js';
export { findVisitors, type Visitor } from './visitors.js';
