import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type Database } from '@supergraph/platform/database';
import {
  createOutbox,
  createReplicaClient,
  createReplicaSource,
  type ReplicaClient,
} from '@supergraph/platform/events';
import { createCallerVerifier } from '@supergraph/platform/identity';
import { testTelemetry } from '@supergraph/platform/testing';
import { agreeWithUsers } from './domain/agree-with-users.js';
import { contracts } from './events/contracts.js';
import { PrismaClient } from './generated/prisma/client.js';
import { startTestProfile, type TestProfile } from './profile-test-service.js';
import { createStore, type Store } from './store/index.js';

const SECRET = 'the-secret-of-profile-at-auth-in-a-test';

let service: TestProfile;
let database: Database;
let http: Server;
let users: ReplicaClient;
let store: Store;

/** auth's users, served as auth serves them; the table lies in this database for the sake of the test. */
beforeAll(async () => {
  service = await startTestProfile();
  await service.database.query('CREATE TABLE users (id uuid PRIMARY KEY, status text NOT NULL)');
  await service.database.query('GRANT SELECT ON users TO profile_service');
  const telemetry = testTelemetry('profile');
  database = createDatabase({ url: service.database.serviceUrl, schema: 'profile', ...telemetry });
  const source = createReplicaSource({
    source: 'auth',
    name: 'users',
    pool: database.pool,
    verifyCaller: createCallerVerifier(new Map([['profile', SECRET]])),
    readers: { profile: ['status'] },
    logger: telemetry.logger,
    table: 'users',
    key: 'id',
    keyType: 'uuid',
    columns: { status: 'status' },
  });
  http = createServer(source.handle);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  users = createReplicaClient({
    source: 'auth',
    name: 'users',
    urls: [`http://127.0.0.1:${(http.address() as AddressInfo).port}`],
    caller: 'profile',
    secret: SECRET,
  });
  store = createStore(
    new PrismaClient({ adapter: database.adapter }),
    createOutbox({ source: 'profile', contracts }),
  );
});
afterAll(async () => {
  await users.close();
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
  await database.close();
  await service.stop();
});

describe('agreeWithUsers', () => {
  it('makes the profiles that are missing and deletes those of the erased, over many pages, and once', async () => {
    const { userId: kept } = await service.newOwner();
    const { userId: gone } = await service.newOwner();
    await service.database.query(
      `INSERT INTO users SELECT gen_random_uuid(), CASE WHEN n % 100 = 0 THEN 'SUSPENDED' ELSE 'ACTIVE' END
         FROM generate_series(1, 1200) n`,
    );
    const buried = randomUUID();
    await service.database.query(`INSERT INTO users VALUES ($1, 'ACTIVE'), ($2, 'ERASED'), ($3, 'ERASED')`, [
      kept,
      gone,
      buried,
    ]);
    const before = await service.database.query('SELECT * FROM profiles WHERE user_id = $1', [kept]);

    expect(await agreeWithUsers(store, users)).toEqual({ created: 1200, erased: 2 });
    expect(await service.database.query('SELECT * FROM profiles WHERE user_id = $1', [kept])).toEqual(before);
    expect(
      await service.database.query(
        `SELECT count(*)::int AS differing FROM profiles p FULL JOIN users u ON u.id = p.user_id
          WHERE (p.id IS NULL) <> (u.status = 'ERASED') OR u.id IS NULL`,
      ),
    ).toEqual([{ differing: 0 }]);
    expect(
      await service.database.query(
        `SELECT count(*)::int AS told FROM outbox o JOIN profiles p ON p.id::text = o.data ->> 'profileId'
          WHERE o.type = 'profile.profile.created'`,
      ),
    ).toEqual([{ told: 1201 }]);
    expect(await store.people.findErased([gone, buried, kept])).toEqual(new Set([gone, buried]));

    const after = await service.readTables();
    expect(await agreeWithUsers(store, users)).toEqual({ created: 0, erased: 0 });
    expect(await service.readTables()).toEqual(after);
  });
});
