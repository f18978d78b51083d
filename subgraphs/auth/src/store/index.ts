import type { PrismaClient } from '../generated/prisma/client.js';
import { createSessionStore, type SessionStore } from './sessions.js';
import { createSigningKeyStore, type SigningKeyStore } from './signing-keys.js';
import { createUserStore, type UserStore } from './users.js';

/** Everything that auth keeps, a part a table. */
export interface Store {
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly signingKeys: SigningKeyStore;
}

/** Makes the store over a Prisma client. */
export function createStore(prisma: PrismaClient): Store {
  return {
    users: createUserStore(prisma),
    sessions: createSessionStore(prisma),
    signingKeys: createSigningKeyStore(prisma),
  };
}
