import { createDatabase } from '@supergraph/platform/database';
import { createOutbox } from '@supergraph/platform/events';
import type { Telemetry } from '@supergraph/platform/http';
import { rotateKeys, type SigningKeyRotation } from './domain/rotate-keys.js';
import { eventContracts } from './events/contracts.js';
import { PrismaClient } from './generated/prisma/client.js';
import { createSigningKeyStore } from './store/signing-keys.js';

export type { SigningKeyRotation };

/**
 * Rotates the signing keys, for a command. The services need not be told: they read the keys again by themselves.
 *
 * @param options.databaseUrl as the owner: the service's own role may add keys and not retire them
 * @param options.keyEncryptionSecret the service's AUTH_KEY_ENCRYPTION_SECRET
 * @param options.accessTokenSeconds the service's AUTH_ACCESS_TOKEN_SECONDS
 * @throws when the database does not answer, or the role may not retire keys
 */
export async function rotateSigningKeys(
  options: {
    readonly databaseUrl: string;
    readonly keyEncryptionSecret: string;
    readonly accessTokenSeconds: number;
  },
  telemetry: Telemetry,
): Promise<SigningKeyRotation> {
  const database = createDatabase({ url: options.databaseUrl, schema: 'auth', ...telemetry });
  try {
    const store = createSigningKeyStore(
      new PrismaClient({ adapter: database.adapter }),
      createOutbox({ source: 'auth', contracts: eventContracts }),
    );
    return await rotateKeys(store, {
      encryptionSecret: options.keyEncryptionSecret,
      accessTokenSeconds: options.accessTokenSeconds,
    });
  } finally {
    await database.close();
  }
}
