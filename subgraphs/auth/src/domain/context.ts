import type { Viewer } from '@supergraph/platform/identity';
import type { MailPort } from '../mail/mail-port.js';
import type { Store } from '../store/index.js';
import type { Background } from './background.js';
import type { Lockout } from './lockout.js';
import type { PasswordVerifier } from './password-verifier.js';
import type { RateLimits } from './rate-limits.js';
import type { RefreshTokens } from './refresh-tokens.js';
import type { TokenIssuer } from './token-issuer.js';

/** What the rules work with, the same for every request. */
export interface DomainServices {
  readonly store: Store;
  readonly tokenIssuer: TokenIssuer;
  readonly refreshTokens: RefreshTokens;
  readonly lockout: Lockout;
  readonly passwords: PasswordVerifier;
  readonly rateLimits: RateLimits;
  readonly background: Background;
  readonly mail: MailPort;
  /** Where the pages of mails' links lie; mails carry the bare token when undefined. */
  readonly mailLinkUrl: string | undefined;
}

/** What every domain function gets: who asks, from where, and what it works with. */
export interface DomainContext extends DomainServices {
  readonly viewer: Viewer;
  readonly client: { readonly ip: string | null; readonly userAgent: string | null };
}
