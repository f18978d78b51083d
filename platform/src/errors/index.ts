export { ApplicationError } from './application-error.js';
export { ERROR_CATALOGUE, type ErrorCode } from './catalogue.js';
export { describeCause } from './describe-cause.js';
