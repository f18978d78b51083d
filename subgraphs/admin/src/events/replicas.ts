import type { Replica } from '@supergraph/platform/events';

/** A replica that this service keeps, but for how its owner and its own database are reached. */
export interface ReplicaDescription extends Omit<Replica, 'client' | 'pool'> {
  /** The service that owns the rows. */
  readonly source: string;
  /** What the owner calls them, in `/replicas/<name>`. */
  readonly name: string;
}

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
