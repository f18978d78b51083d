import { join } from 'node:path';
import { startServiceDatabase, type ServiceDatabase } from '@supergraph/platform/testing';
import { ROOT } from '../../root.js';

/** The databases of the services that are seeded, each on a server of its own, migrated and empty. */
export interface SeedDatabases {
  readonly auth: ServiceDatabase;
  readonly profile: ServiceDatabase;
  readonly payments: ServiceDatabase;
  readonly admin: ServiceDatabase;
  /** Connection URL of the owner of each service's tables. */
  readonly ownerUrls: Readonly<Record<'auth' | 'profile' | 'payments' | 'admin', string>>;
  /** Removes every row that can be seeded. */
  empty(): Promise<void>;
  stop(): Promise<void>;
}

export async function startSeedDatabases(): Promise<SeedDatabases> {
  const start = (service: string): Promise<ServiceDatabase> =>
    startServiceDatabase(service, join(ROOT, 'subgraphs', service));
  const [auth, profile, payments, admin] = await Promise.all([
    start('auth'),
    start('profile'),
    start('payments'),
    start('admin'),
  ]);
  return {
    auth,
    profile,
    payments,
    admin,
    ownerUrls: {
      auth: auth.ownerUrl,
      profile: profile.ownerUrl,
      payments: payments.ownerUrl,
      admin: admin.ownerUrl,
    },
    async empty() {
      await auth.query('TRUNCATE users CASCADE');
      await profile.query('TRUNCATE profiles CASCADE');
      await payments.query('TRUNCATE payments, payers CASCADE');
      await admin.query('TRUNCATE users');
    },
    async stop() {
      await Promise.all([auth, profile, payments, admin].map((database) => database.stop()));
    },
  };
}
