import { createHmac, hkdfSync } from 'node:crypto';
import type { LoginFailureStore } from '../store/login-failures.js';

/** Five wrong passwords in a row shut an address for a quarter of an hour. */
const RULE = { failures: 5, seconds: 15 * 60 } as const;

/** Keeps passwords from being guessed. */
export interface Lockout {
  /**
   * Decides a proof of identity after it was checked: a failure is counted, and a success is none while the address
   * is locked. A failure that was counted before a success is decided is seen by it, so guesses sent all at once count
   * like guesses in turn.
   *
   * @param email in lower case, of an account or not
   * @param proven whether the password was right
   * @returns whether to let in
   */
  decide(email: string, proven: boolean): Promise<boolean>;
  /** Counts a failure. A success that opens a session is decided by the statement that does. */
  count(email: string): Promise<void>;
  /** Opens an address again whose owner proved themselves otherwise. */
  unlock(email: string): Promise<void>;
  /** The keyed hash under which an address is counted. */
  keyOf(email: string): string;
}

/**
 * Makes the lockout over the table of failures, which knows addresses by a keyed hash only: a copy of it does not
 * tell who tried to sign in.
 *
 * @param secret from which the hash's key is derived
 */
export function createLockout(store: LoginFailureStore, secret: string): Lockout {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'auth login failures', 32));
  const hashOf = (email: string): string => createHmac('sha256', key).update(email).digest('base64url');
  const count: Lockout['count'] = (email) => store.add(hashOf(email), RULE);
  return {
    async decide(email, proven) {
      if (proven) {
        return store.clear(hashOf(email));
      }
      await count(email);
      return false;
    },
    count,
    unlock: (email) => store.unlock(hashOf(email)),
    keyOf: hashOf,
  };
}
