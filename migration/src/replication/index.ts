export { checkServers, reverseMistakes } from './preflight.js';
export { watchCopy, type CopyWatch } from './copy-progress.js';
export {
  dropSlot,
  dropStream,
  ensurePublication,
  ensureSlot,
  ensureSubscription,
  forwardStream,
  hasSubscription,
  readSlot,
  readStream,
  refreshConnection,
  reverseStream,
  type SlotState,
  type Stream,
  type StreamState,
} from './streams.js';
