import type { EventSource } from '@supergraph/platform/configuration';
import type { Database } from '@supergraph/platform/database';
import { createReplicaClient, type Replica } from '@supergraph/platform/events';
import { USERS_REPLICA } from './replicas.js';

/**
 * Works with the replica of users while its owner can be asked.
 *
 * @param sources whose events are read, and how their owners are reached
 */
export async function withUsersReplica<Result>(
  options: { readonly database: Pick<Database, 'pool'>; readonly sources: ReadonlyArray<EventSource> },
  work: (replica: Replica) => Promise<Result>,
): Promise<Result> {
  const { source, name } = USERS_REPLICA;
  const { urls, secret } = requireSource(options.sources, source);
  const client = createReplicaClient({ source, name, urls, caller: 'admin', secret });
  try {
    return await work({ ...USERS_REPLICA, client, pool: options.database.pool });
  } finally {
    await client.close();
  }
}

function requireSource(sources: ReadonlyArray<EventSource>, name: string): EventSource {
  const found = sources.find((source) => source.name === name);
  if (found === undefined) {
    throw new Error(`\`${name}\` is not among the services that are listened to.`);
  }
  return found;
}
