export {
  startSubgraph,
  type RunningSubgraph,
  type SubgraphOptions,
  type SubgraphRequest,
} from './subgraph.js';
export { createErrorFormatter } from './format-error.js';
export { jsonBody, requestErrorHandler } from './request-errors.js';
export { CurrencyCode } from './scalars/currency-code.js';
export { DateTime } from './scalars/date-time.js';
export { Decimal } from './scalars/decimal.js';
export { Json } from './scalars/json.js';
export { startService, type ServiceParts } from './service.js';
