import type { AuthConfiguration } from '../config.js';
import type { MailPort } from '../mail/mail-port.js';
import type { Store } from '../store/index.js';
import type { Background } from './background.js';
import type { DomainServices } from './context.js';
import type { KeyRing } from './key-ring.js';
import { createLockout } from './lockout.js';
import { createPasswordVerifier } from './password-verifier.js';
import { createRateLimits } from './rate-limits.js';
import { createRefreshTokens } from './refresh-tokens.js';
import { createTokenIssuer } from './token-issuer.js';

/** Makes what the rules work with. Keys for different ends are derived from the one secret, each for its own. */
export function createDomainServices(
  parts: {
    readonly store: Store;
    readonly keyRing: KeyRing;
    readonly background: Background;
    readonly mail: MailPort;
  },
  configuration: AuthConfiguration,
): DomainServices {
  const { store, background, mail } = parts;
  const secret = configuration.keyEncryptionSecret;
  return {
    store,
    tokenIssuer: createTokenIssuer(parts.keyRing, configuration),
    refreshTokens: createRefreshTokens(secret),
    passwords: createPasswordVerifier(() => store.users.findOlderHash()),
    lockout: createLockout(store.loginFailures, secret),
    rateLimits: createRateLimits(store.attemptCounters, configuration.rateLimits, secret),
    background,
    mail,
    mailLinkUrl: configuration.mailLinkUrl,
  };
}
