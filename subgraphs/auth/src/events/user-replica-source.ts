import { createReplicaSource, type ReplicaSource } from '@supergraph/platform/events';
import type { Database } from '@supergraph/platform/database';
import { createCallerVerifier } from '@supergraph/platform/identity';
import type { Logger } from '@supergraph/platform/telemetry';

/** The services that keep a copy of users, each with what it needs of them. */
const READERS = {
  payments: ['email', 'name', 'status', 'version'],
  admin: ['email', 'name', 'role', 'status', 'version'],
  profile: ['status'],
} as const;

/** Of somebody who was forgotten the row has placeholders; those who keep copies get null in their place. */
const unlessErased = (column: string): string => `CASE WHEN status <> 'ERASED' THEN ${column} END`;

/** Makes the routes at which other services compare and rebuild what they keep of users. */
export function createUserReplicaSource(
  pool: Database['pool'],
  configuration: { readonly callerSecrets: ReadonlyMap<string, string> },
  logger: Logger,
): ReplicaSource {
  return createReplicaSource({
    source: 'auth',
    name: 'users',
    pool,
    verifyCaller: createCallerVerifier(configuration.callerSecrets),
    readers: READERS,
    logger,
    table: 'users',
    key: 'id',
    keyType: 'uuid',
    columns: {
      email: unlessErased('email'),
      name: unlessErased('name'),
      role: 'role',
      status: 'status',
      version: 'version',
    },
  });
}
