import type { Outbox } from '@supergraph/platform/events';
import type { PrismaClient } from '../generated/prisma/client.js';
import { createAccountStore, type AccountStore } from './accounts.js';
import { createAttemptCounterStore, type AttemptCounterStore } from './attempt-counters.js';
import { createErasureStore, type ErasureStore } from './erasures.js';
import { createLoginFailureStore, type LoginFailureStore } from './login-failures.js';
import { createOutgoingMailStore, type OutgoingMailStore } from './outgoing-mails.js';
import { createSessionStore, type SessionStore } from './sessions.js';
import { createSettingStore, type SettingStore } from './settings.js';
import { createSigningKeyStore, type SigningKeyStore } from './signing-keys.js';
import { createSingleUseTokenStore, type SingleUseTokenStore } from './single-use-tokens.js';
import { createUserStore, type UserStore } from './users.js';

/** Everything that auth keeps, a part a table or a group of changes. */
export interface Store {
  readonly users: UserStore;
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly loginFailures: LoginFailureStore;
  readonly attemptCounters: AttemptCounterStore;
  readonly singleUseTokens: SingleUseTokenStore;
  readonly outgoingMails: OutgoingMailStore;
  readonly signingKeys: SigningKeyStore;
  readonly erasures: ErasureStore;
  readonly settings: SettingStore;
}

/**
 * Makes the store over a Prisma client.
 *
 * @param outbox where every change is told, in its transaction
 */
export function createStore(prisma: PrismaClient, outbox: Outbox): Store {
  return {
    users: createUserStore(prisma, outbox),
    accounts: createAccountStore(prisma, outbox),
    sessions: createSessionStore(prisma, outbox),
    loginFailures: createLoginFailureStore(prisma),
    attemptCounters: createAttemptCounterStore(prisma),
    singleUseTokens: createSingleUseTokenStore(prisma, outbox),
    outgoingMails: createOutgoingMailStore(prisma),
    signingKeys: createSigningKeyStore(prisma, outbox),
    erasures: createErasureStore(outbox),
    settings: createSettingStore(prisma),
  };
}
