import type { UserRecord } from '../store/users.js';
import type { TokenPair } from './token-issuer.js';

/** A session was opened or went on. */
export interface SignedIn {
  readonly type: 'signedIn';
  readonly user: UserRecord;
  readonly tokens: TokenPair;
}

/** E-mail and password do not fit, or the account cannot be used; which of them is not told. */
export interface InvalidCredentials {
  readonly type: 'invalidCredentials';
}

/** Somebody registered with this address before. */
export interface EmailTaken {
  readonly type: 'emailTaken';
}

/** The refresh token is unknown, spent, expired or of an ended session. */
export interface InvalidRefreshToken {
  readonly type: 'invalidRefreshToken';
}
