export { createLogger, type Logger } from './logger.js';
export { createMetrics, type Metrics } from './metrics.js';
export { reportGauge } from './report-gauge.js';
export { currentRequest, runInRequest, type RequestScope } from './request-scope.js';
export { continueTrace, formatTraceparent, startTrace, type TraceContext } from './trace-context.js';
