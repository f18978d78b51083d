import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type Database } from '@supergraph/platform/database';
import { createReplicaSource, rebuildReplica } from '@supergraph/platform/events';
import { createCallerVerifier } from '@supergraph/platform/identity';
import { startServiceDatabase, testTelemetry, type ServiceDatabase } from '@supergraph/platform/testing';
import { withUsersReplica } from './events/reach-users.js';
import { until } from './test-support.js';
import { startFillingUsers, type Filling } from './worker/fill-users.js';

const SECRET = 'the-secret-of-admin-at-auth-in-a-test';
const telemetry = testTelemetry('admin');

let server: ServiceDatabase;
let database: Database;
let http: Server;
let url: string;
const fillings: Filling[] = [];

/** auth's users, served as auth serves them; the table lies in this database for the sake of the test. */
beforeAll(async () => {
  server = await startServiceDatabase('admin', fileURLToPath(new URL('..', import.meta.url)));
  await server.query(
    `CREATE TABLE users_of_auth (id uuid PRIMARY KEY, email text, name text, role text, status text, version int)`,
  );
  await server.query(
    `INSERT INTO users_of_auth SELECT gen_random_uuid(), n || '@example.com', 'Name ' || n, 'CUSTOMER', 'ACTIVE', 1
       FROM generate_series(1, 300) n`,
  );
  await server.query('GRANT SELECT ON users_of_auth TO admin_service');
  database = createDatabase({ url: server.serviceUrl, schema: 'admin', ...telemetry });
  const source = createReplicaSource({
    source: 'auth',
    name: 'users',
    pool: database.pool,
    verifyCaller: createCallerVerifier(new Map([['admin', SECRET]])),
    readers: { admin: ['email', 'name', 'role', 'status', 'version'] },
    logger: telemetry.logger,
    table: 'users_of_auth',
    key: 'id',
    keyType: 'uuid',
    columns: { email: 'email', name: 'name', role: 'role', status: 'status', version: 'version' },
  });
  http = createServer(source.handle);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await Promise.all(fillings.map((filling) => filling.stop()));
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
  await database.close();
  await server.stop();
});

const fill = (counted: { tries: number }, urls: ReadonlyArray<string> = [`${url}/events`]): Filling => {
  const filling = startFillingUsers({
    pool: database.pool,
    rebuild: () => {
      counted.tries += 1;
      const sources = [{ name: 'auth', urls, secret: SECRET }];
      return withUsersReplica({ database, sources }, rebuildReplica);
    },
    logger: telemetry.logger,
    pauseMilliseconds: 10,
  });
  fillings.push(filling);
  return filling;
};
const countUsers = async () =>
  (await server.query<{ count: number }>('SELECT count(*)::int AS count FROM users'))[0]?.count;
const waitAWhile = () => new Promise((resolve) => setTimeout(resolve, 300));

describe('startFillingUsers', () => {
  it('waits for the consumer, fills the replica once, and leaves it alone from then on', async () => {
    const first = { tries: 0 };
    const filling = fill(first);
    await waitAWhile();
    expect([first.tries, await countUsers()]).toEqual([0, 0]);
    await server.query(
      `INSERT INTO consumer_positions (consumer, source, epoch, sequence, event_id)
       VALUES ('users', 'auth', $1, 0, $1)`,
      [randomUUID()],
    );
    await until(async () => (await countUsers()) === 300);
    await filling.stop();
    expect(first.tries).toBe(1);
    expect(
      await server.query(
        'SELECT * FROM users EXCEPT SELECT id, email, name, role::"UserRole", status::"UserStatus", version FROM users_of_auth',
      ),
    ).toEqual([]);

    const second = { tries: 0 };
    const again = fill(second);
    await waitAWhile();
    await again.stop();
    expect(second.tries).toBe(0);
  });

  it('fills what an earlier process left empty, however often it has to try', async () => {
    await server.query('TRUNCATE users');
    const broken = { tries: 0 };
    const failing = fill(broken, ['http://127.0.0.1:9/events']);
    await until(async () => broken.tries > 0);
    await failing.stop();
    expect(await countUsers()).toBe(0);
    const later = { tries: 0 };
    const filling = fill(later);
    await until(async () => (await countUsers()) === 300);
    await filling.stop();
  });
});
