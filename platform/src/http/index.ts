export { createHttpService, type HttpService, type HttpServiceOptions } from './http-service.js';
export { endOnSignals } from './signals.js';
export type { ReadinessCheck } from './readiness.js';
export { runProcess, type Telemetry } from './run-process.js';
export { formBody } from './form-body.js';
