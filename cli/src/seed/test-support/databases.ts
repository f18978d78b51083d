import { join } from 'node:path';
import { startServiceDatabase, type ServiceDatabase } from '@supergraph/platform/testing';
import { ROOT } from '../../root.js';

/** The databases of the services that are seeded, each on a server of its own, migrated and empty. */
export interface SeedDatabases {
  readonly auth: ServiceDatabase;
  readonly profile: ServiceDatabase;
  readonly payments: ServiceDatabase;
  /** Connection URL of the owner of each service's tables. */
  readonly ownerUrls: { readonly auth: string; readonly profile: string; readonly payments: string };
  /** Removes every row that can be seeded. */
  empty(): Promise<void>;
  stop(): Promise<void>;
}

export async function startSeedDatabases(): Promise<SeedDatabases> {
  const start = (service: string): Promise<ServiceDatabase> =>
    startServiceDatabase(service, join(ROOT, 'subgraphs', service));
  const [auth, profile, payments] = await Promise.all([start('auth'), start('profile'), start('payments')]);
  return {
    auth,
    profile,
    payments,
    ownerUrls: { auth: auth.ownerUrl, profile: profile.ownerUrl, payments: payments.ownerUrl },
    async empty() {
      await auth.query('TRUNCATE users CASCADE');
      await profile.query('TRUNCATE profiles CASCADE');
      await payments.query('TRUNCATE payments CASCADE');
    },
    async stop() {
      await Promise.all([auth, profile, payments].map((database) => database.stop()));
    },
  };
}
