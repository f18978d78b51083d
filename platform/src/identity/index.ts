export { ANONYMOUS, hasScope, isViewerUser, type Viewer } from './viewer.js';
export {
  createTokenVerifier,
  readBearerToken,
  type AccessTokenClaims,
  type TokenVerifier,
} from './token-verifier.js';
export { createRemoteKeys, type VerificationKeys } from './remote-keys.js';
export {
  createCallerVerifier,
  CALLER_HEADER,
  SECRET_HEADER,
  type CallerVerifier,
} from './caller-verifier.js';
export { requireScope, requireUser } from './require-viewer.js';
