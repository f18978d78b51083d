import type { ReplicaDescription } from '@supergraph/platform/events';

/** The consumer that keeps the replica of users. */
export const USERS = 'users';

/** Table `users`: what admin knows of auth's users. */
export const USERS_REPLICA: ReplicaDescription = {
  source: 'auth',
  name: 'users',
  table: 'users',
  key: 'id',
  keyType: 'uuid',
  columns: { email: 'email', name: 'name', role: 'role', status: 'status', version: 'version' },
  consumer: USERS,
  tombstones: { table: 'erased_people', key: 'user_id' },
};

/** Every replica that this service keeps. */
export const REPLICAS: ReadonlyArray<ReplicaDescription> = [USERS_REPLICA];
