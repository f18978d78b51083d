import type { ReplicaDescription } from '@supergraph/platform/events';

/** The consumer that keeps the replica of payers. */
export const PAYERS = 'payers';

/** Table `payers`: what payments knows of auth's users. */
export const PAYERS_REPLICA: ReplicaDescription = {
  source: 'auth',
  name: 'users',
  table: 'payers',
  key: 'id',
  keyType: 'uuid',
  columns: { email: 'email', name: 'name', status: 'status', version: 'version' },
  consumer: PAYERS,
  tombstones: { table: 'erased_people', key: 'user_id' },
};

/** Every replica that this service keeps. */
export const REPLICAS: ReadonlyArray<ReplicaDescription> = [PAYERS_REPLICA];
