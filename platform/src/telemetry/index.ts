export { createLogger, type Logger } from './logger.js';
export { createMetrics, type Metrics } from './metrics.js';
export { reportGauge } from './report-gauge.js';
export { currentRequest, isPastDeadline, runInRequest, type RequestScope } from './request-scope.js';
export { beginPiece, beginSpan, codeOf, isTracing, runInSpan, type Span, type SpanOptions } from './span.js';
export { startTracing, type Tracing } from './start-tracing.js';
export {
  continueTrace,
  formatTraceparent,
  readTraceparent,
  startTrace,
  type TraceContext,
} from './trace-context.js';
