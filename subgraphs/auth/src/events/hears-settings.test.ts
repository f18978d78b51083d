import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestEventSources, testTelemetry } from '@supergraph/platform/testing';
import { startAuthUnderTest, type AuthUnderTest } from '../auth-test-service.js';
import { eventSchemas } from '../generated/events.js';
import { PrismaClient } from '../generated/prisma/client.js';
import { createDatabase } from '@supergraph/platform/database';
import { createSettingStore } from '../store/settings.js';

let sources: Awaited<ReturnType<typeof startTestEventSources<'admin'>>>;
let auth: AuthUnderTest;
beforeAll(async () => {
  sources = await startTestEventSources(['admin'], { readers: ['auth'], eventSchemas });
  const { graphqlUrl, secret } = sources.sources.admin;
  auth = await startAuthUnderTest({
    SUPERGRAPH_MODE: 'embedded',
    ADMIN_URLS: graphqlUrl,
    ADMIN_SECRET_FROM_AUTH: secret,
  });
});
afterAll(async () => {
  await auth.stop();
  await sources.stop();
});

/** Tells a setting as admin does, and waits until auth has dealt with it. */
async function tell(key: string, value: unknown, version: number): Promise<void> {
  const [event] = await sources.sources.admin.tell({
    type: 'admin.setting.changed',
    aggregate: { type: 'setting', id: key },
    data: { key, value, version },
    actor: null,
  });
  const dealtWith = `SELECT 1 FROM inbox WHERE consumer = 'settings' AND event_id = $1
    UNION ALL SELECT 1 FROM parked_events WHERE consumer = 'settings' AND event_id = $1`;
  while ((await auth.database.query(dealtWith, [event?.id])).length === 0) {
    await sleep(10);
  }
}
async function register(email: string): Promise<string | undefined> {
  const { data } = await auth.client.query(
    `mutation ($input: RegisterInput!) { register(input: $input) { __typename ... on Problem { code message } } }`,
    { variables: { input: { email, password: 'seven quiet lanterns', name: 'Ada' } } },
  );
  const { __typename, code } = data.register as { readonly __typename: string; readonly code?: string };
  return code ?? __typename;
}
const kept = () => auth.database.query('SELECT key, value, version FROM settings ORDER BY key');

describe('admin.setting.changed', () => {
  it('closes and opens registration, and a closed one writes nothing', async () => {
    expect(await register('first@example.com')).toBe('SignedIn');
    await tell('registration.open', false, 2);
    const before = [await auth.rowsOf('users'), await auth.rowsOf('sessions')];
    expect(await register('second@example.com')).toBe('REGISTRATION_CLOSED');
    expect(await register('first@example.com')).toBe('REGISTRATION_CLOSED');
    expect([await auth.rowsOf('users'), await auth.rowsOf('sessions')]).toEqual(before);
    expect(await auth.login('first@example.com')).toBeDefined();
    await tell('registration.open', true, 3);
    expect(await register('second@example.com')).toBe('SignedIn');
  });

  it('keeps what is newer, and only what concerns auth', async () => {
    await tell('registration.open', false, 2);
    await tell('payments.enabled', false, 2);
    expect(await kept()).toEqual([{ key: 'registration.open', value: true, version: 3 }]);
  });

  it('counts any version after the log of admin began anew', async () => {
    const database = createDatabase({
      url: auth.database.serviceUrl,
      schema: 'auth',
      ...testTelemetry('auth'),
    });
    const prisma = new PrismaClient({ adapter: database.adapter });
    await createSettingStore(prisma).acceptAnyVersion();
    await database.close();
    await tell('registration.open', false, 2);
    expect(await kept()).toEqual([{ key: 'registration.open', value: false, version: 2 }]);
  });

  it('parks a value of the wrong kind and goes by the last one', async () => {
    await tell('registration.open', 'perhaps', 9);
    expect(await kept()).toEqual([{ key: 'registration.open', value: false, version: 2 }]);
  });
});
