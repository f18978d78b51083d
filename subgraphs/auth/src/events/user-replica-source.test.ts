import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createReplicaClient, type ReplicaClient } from '@supergraph/platform/events';
import { startAuthUnderTest, type AuthUnderTest } from '../auth-test-service.js';

const COLUMNS = ['email', 'name', 'status', 'version'];

let auth: AuthUnderTest;
let client: ReplicaClient;
beforeAll(async () => {
  auth = await startAuthUnderTest();
  const { url, secret } = auth.paymentsAccess;
  client = createReplicaClient({
    source: 'auth',
    name: 'users',
    urls: [`${url}/events`],
    caller: 'payments',
    secret,
  });
});
afterAll(async () => {
  await client.close();
  await auth.stop();
});

describe('the users of auth for those who keep copies', () => {
  it('gives everybody, with nulls in the place of what was erased', async () => {
    const ada = await auth.register('ada@example.com');
    const ben = await auth.register('ben@example.com');
    await auth.database.query(
      "UPDATE users SET status = 'ERASED', email = 'erased:' || id, name = 'erased' WHERE id = $1",
      [ben.id],
    );
    const { rows, isLast } = await client.readRange(COLUMNS, { after: null, until: null });
    expect(isLast).toBe(true);
    expect(rows).toEqual([
      [ada.id, 'ada@example.com', 'ada', 'ACTIVE', '1'],
      [ben.id, null, null, 'ERASED', '1'],
    ]);
  });

  it('gives nobody what it does not need', async () => {
    await expect(client.readRange(['role'], { after: null, until: null })).rejects.toThrow('must be among');
  });

  it('refuses the router and whoever proves nothing', async () => {
    for (const headers of [auth.routerHeaders, {}]) {
      const response = await fetch(`${auth.url}/replicas/users/rows?columns=email`, { headers });
      expect(response.status).toBe(403);
      expect(await response.text()).not.toContain('@example.com');
    }
  });
});
