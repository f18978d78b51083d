import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type Database } from '@supergraph/platform/database';
import {
  compareReplica,
  createOutbox,
  createReplicaClient,
  createReplicaSource,
  rebuildReplica,
  repairReplica,
  type Replica,
} from '@supergraph/platform/events';
import { createCallerVerifier } from '@supergraph/platform/identity';
import { startServiceDatabase, testTelemetry, type ServiceDatabase } from '@supergraph/platform/testing';
import { createConsumers } from './events/consumers.js';
import { contracts } from './events/contracts.js';
import { PAYERS_REPLICA } from './events/replicas.js';
import { PrismaClient } from './generated/prisma/client.js';
import { createSettingStore } from './store/settings.js';
import { insertPayments } from './test-support/payments-fixture.js';

/** More than locks would do for, if each row took one. */
const USERS = 12_000;
const SECRET = 'a-secret-of-payments-for-auth-0123456';
const telemetry = testTelemetry('payments');
let server: ServiceDatabase;
let database: Database;
let prisma: PrismaClient;
/** Serves users as auth does, from a table beside those of payments. */
let auth: Server;
let url: string;
let replica: Replica;

beforeAll(async () => {
  server = await startServiceDatabase('payments', fileURLToPath(new URL('..', import.meta.url)));
  await server.query(
    `CREATE TABLE users AS SELECT gen_random_uuid() AS id, n || '@example.com' AS email, 'User ' || n AS name,
       CASE WHEN n % 10 = 0 THEN 'SUSPENDED' ELSE 'ACTIVE' END AS status, 1 + n % 5 AS version
     FROM generate_series(1, ${USERS}) AS n`,
  );
  await server.query('GRANT SELECT ON users TO payments_service');
  database = createDatabase({ url: server.serviceUrl, schema: 'payments', ...telemetry });
  prisma = new PrismaClient({ adapter: database.adapter });
  const source = createReplicaSource({
    source: 'auth',
    name: 'users',
    pool: database.pool,
    verifyCaller: createCallerVerifier(new Map([['payments', SECRET]])),
    readers: { payments: ['email', 'name', 'status', 'version'] },
    logger: telemetry.logger,
    table: 'users',
    key: 'id',
    keyType: 'uuid',
    columns: { email: 'email', name: 'name', status: 'status', version: 'version' },
  });
  auth = createServer(source.handle);
  await new Promise<void>((resolve) => auth.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(auth.address() as AddressInfo).port}/events`;
  const client = createReplicaClient({
    source: 'auth',
    name: 'users',
    urls: [url],
    caller: 'payments',
    secret: SECRET,
  });
  replica = { ...PAYERS_REPLICA, client, pool: database.pool };
});
afterAll(async () => {
  await replica.client.close();
  auth.closeAllConnections();
  await new Promise((resolve) => auth.close(resolve));
  await prisma.$disconnect();
  await database.close();
  await server.stop();
});

const someUsers = async (count: number): Promise<string[]> =>
  (await server.query<{ id: string }>('SELECT id FROM users ORDER BY id LIMIT $1', [count])).map(
    ({ id }) => id,
  );

describe('the replica of payers as it is described', () => {
  it('is rebuilt from auth, compared with it, and repaired where it was broken by hand', async () => {
    expect(await rebuildReplica(replica)).toMatchObject({ written: USERS, deleted: 0 });
    expect(await compareReplica(replica)).toMatchObject({ rows: USERS, differences: [] });
    const [renamed, lost] = (await someUsers(2)) as [string, string];
    const extra = randomUUID();
    await server.query(`UPDATE payers SET name = 'Somebody Else' WHERE id = $1`, [renamed]);
    await server.query('DELETE FROM payers WHERE id = $1', [lost]);
    await server.query(`INSERT INTO payers VALUES ($1, NULL, NULL, 'ACTIVE', 1)`, [extra]);
    const { differences } = await compareReplica(replica);
    const found = differences.map(({ key, kind, columns }) => ({ key, kind, columns }));
    expect(found).toHaveLength(3);
    expect(found).toEqual(
      expect.arrayContaining([
        { key: renamed, kind: 'different', columns: ['name'] },
        { key: lost, kind: 'missing', columns: [] },
        { key: extra, kind: 'extra', columns: [] },
      ]),
    );
    await repairReplica(replica, differences);
    expect(await compareReplica(replica)).toMatchObject({ differences: [] });
  }, 60_000);

  it('catches up after auth’s log was lost, and erases who was erased meanwhile', async () => {
    const [erased, suspended, buried] = (await someUsers(3)) as [string, string, string];
    const [paymentId] = await insertPayments(server, [{ payer: erased, description: 'her words' }]);
    await server.query(
      `UPDATE users SET status = 'ERASED', name = NULL, email = NULL, version = 9 WHERE id = $1`,
      [erased],
    );
    await server.query(`UPDATE users SET status = 'SUSPENDED', version = 9 WHERE id = $1`, [suspended]);
    // Here the person was erased, and a backup of auth brought them back.
    await server.query('INSERT INTO erased_people (user_id) VALUES ($1)', [buried]);
    await server.query('DELETE FROM payers WHERE id = $1', [buried]);
    const [consumer] = createConsumers({
      outbox: createOutbox({ source: 'payments', contracts }),
      settings: createSettingStore(prisma),
      database,
      sources: [{ name: 'auth', urls: [url], secret: SECRET }],
      runInTransaction: (work) => prisma.$transaction(work),
    });
    await consumer?.repair({} as Parameters<typeof consumer.repair>[0]);
    const rows = await server.query<{ id: string; status: string }>(
      'SELECT id, status FROM payers WHERE id = ANY($1)',
      [[erased, suspended, buried]],
    );
    expect(rows).toEqual([{ id: suspended, status: 'SUSPENDED' }]);
    const payments = await server.query('SELECT status, description FROM payments WHERE id = $1', [
      paymentId,
    ]);
    expect(payments).toEqual([{ status: 'CANCELLED', description: null }]);
    expect(await server.query('SELECT * FROM erased_people WHERE user_id = $1', [erased])).toHaveLength(1);
  }, 60_000);
});
