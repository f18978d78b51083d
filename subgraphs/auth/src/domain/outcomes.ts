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

/** An ADMIN closed registration for the time being. */
export interface RegistrationClosed {
  readonly type: 'registrationClosed';
}

/** Somebody registered with this address before. */
export interface EmailTaken {
  readonly type: 'emailTaken';
}

/** The refresh token is unknown, spent, expired or of an ended session. */
export interface InvalidRefreshToken {
  readonly type: 'invalidRefreshToken';
}

/** The password was changed. */
export interface PasswordChanged {
  readonly type: 'passwordChanged';
  readonly endedSessions: number;
}

/** The current password is another one. */
export interface WrongPassword {
  readonly type: 'wrongPassword';
}

/** Too many attempts came from one address. */
export interface TooManyAttempts {
  readonly type: 'tooManyAttempts';
  readonly retryAfterSeconds: number;
}

/** An ADMIN's change of an account was carried out, or had been before. */
export interface UserChanged {
  readonly type: 'userChanged';
  readonly user: UserRecord;
}

/** Nobody has this id. */
export interface UserNotFound {
  readonly type: 'userNotFound';
}

/** The person was forgotten; nothing about the account changes any more. */
export interface UserErased {
  readonly type: 'userErased';
}

/** Nobody would be left to oversee the system. */
export interface LastAdmin {
  readonly type: 'lastAdmin';
}

/** If the address has an account, a mail is on its way. */
export interface MailRequested {
  readonly type: 'mailRequested';
}

/** The token is unknown, used, expired or of another purpose. */
export interface InvalidToken {
  readonly type: 'invalidToken';
}

/** The address belongs to whoever has the account. */
export interface EmailVerified {
  readonly type: 'emailVerified';
  readonly user: UserRecord;
}

/** The password is the new one. */
export interface PasswordReset {
  readonly type: 'passwordReset';
}
