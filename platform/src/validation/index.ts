export { invalidInput, validate, type InvalidField, type InvalidInput, type Validated } from './validate.js';
export { line, paragraph } from './text.js';
export { isUuid, requireUuid } from './uuid.js';
