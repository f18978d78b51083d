export { archiveSchema, finishService, type FinishOptions, type FinishResult } from './finish.js';
