import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestEventSources, type TestEventSource } from '@supergraph/platform/testing';
import { eventSchemas } from './generated/events.js';
import { startTestProfile, type TestProfile } from './profile-test-service.js';

let sources: Awaited<ReturnType<typeof startTestEventSources<'auth'>>>;
let auth: TestEventSource;
let service: TestProfile;

beforeAll(async () => {
  sources = await startTestEventSources(['auth'], { readers: ['profile'], eventSchemas });
  auth = sources.sources.auth;
  service = await startTestProfile(auth);
});
afterAll(async () => {
  await service.stop();
  await sources.stop();
});

const registered = (userId: string) => ({
  type: 'auth.user.registered',
  aggregate: { type: 'user', id: userId },
  actor: userId,
  data: { userId, email: 'ada@example.com', name: 'Ada', role: 'CUSTOMER', status: 'ACTIVE', version: 1 },
});
const erased = (userId: string, erasureId: string) => ({
  type: 'auth.user.erased',
  aggregate: { type: 'user', id: userId },
  data: { userId, erasureId, revokedSessions: [], stores: [], version: 2 },
});
const findProfile = async (userId: string) =>
  (await service.database.query('SELECT * FROM profiles WHERE user_id = $1', [userId]))[0];

async function until<Value>(look: () => Promise<Value | undefined>): Promise<Value> {
  for (;;) {
    const found = await look();
    if (found !== undefined) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const untilTold = (userId: string, type: string, count = 1) =>
  until(async () => {
    const told = (await service.readTold(userId)).filter((event) => event['type'] === type);
    return told.length >= count ? told[count - 1] : undefined;
  });

const update = async (token: string, input: Record<string, unknown>) =>
  (
    await service.client.query(
      'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { __typename } }',
      { variables: { input }, token },
    )
  ).data.updateProfile;

describe('auth.user.registered', () => {
  it('makes an empty profile and tells so; what auth knows of the person stays with auth', async () => {
    const userId = randomUUID();
    await auth.tell(registered(userId));
    const profile = await until(() => findProfile(userId));
    expect(profile).toMatchObject({ handle: null, display_name: null, version: 1 });
    expect(await service.readTold(userId)).toEqual([
      {
        type: 'profile.profile.created',
        aggregate_type: 'profile',
        aggregate_id: userId,
        data: { userId, profileId: profile['id'], version: 1 },
        entities: [
          { typename: 'User', id: userId },
          { typename: 'Profile', id: profile['id'] },
        ],
        actor: null,
        client_ip: null,
        client_user_agent: null,
      },
    ]);
  });

  it('leaves a profile as it is that its owner needed before the event was here', async () => {
    const { userId, token } = await service.newOwner();
    await update(token, { expectedVersion: 1, bio: 'early' });
    await auth.tell(registered(userId));
    const marker = randomUUID();
    await auth.tell(registered(marker));
    await untilTold(marker, 'profile.profile.created');
    expect(await findProfile(userId)).toMatchObject({ bio: 'early', version: 2 });
    expect((await service.readTold(userId)).map(({ type, actor, data }) => ({ type, actor, data }))).toEqual([
      { type: 'profile.profile.created', actor: userId, data: expect.anything() },
      {
        type: 'profile.profile.updated',
        actor: userId,
        data: expect.objectContaining({ fields: ['bio'], version: 2 }),
      },
    ]);
  });
});

describe('what is told', () => {
  it('names the fields that changed and never their values, with who did it', async () => {
    const { userId, token } = await service.newOwner();
    await update(token, {
      expectedVersion: 1,
      handle: 'names_only',
      phone: '+49 30 123456',
      address: null,
      visibility: { phone: 'PUBLIC', bio: null },
    });
    await service.client.query(
      `mutation { updatePreferences(input: { expectedVersion: 2, theme: DARK, notifications: { sms: true } }) { __typename } }`,
      { token },
    );
    await update(token, { expectedVersion: 2, bio: 'too late' });
    const told = await service.readTold(userId);
    expect(told.map(({ type, data }) => ({ type, data }))).toMatchObject([
      { type: 'profile.profile.created', data: { version: 1 } },
      {
        type: 'profile.profile.updated',
        data: { fields: ['handle', 'phone', 'address', 'visibility'], version: 2 },
      },
      { type: 'profile.preferences.updated', data: { fields: ['theme', 'notifications'], version: 3 } },
    ]);
    expect(JSON.stringify(told)).not.toMatch(/names_only|4930123456/);
  });
});

describe('auth.user.erased', () => {
  it('deletes all of the person, blanks what was told, and tells each store with its rows', async () => {
    const { userId, token } = await service.newOwner();
    const { userId: other } = await service.newOwner();
    await update(token, { expectedVersion: 1, handle: 'forget_me', bio: 'mine' });
    await service.client.query(
      'mutation { updatePreferences(input: { expectedVersion: 2, theme: DARK }) { __typename } }',
      { token },
    );
    await service.database.query(
      `UPDATE outbox SET client_ip = '192.0.2.1', client_user_agent = 'Browser' WHERE actor = $1`,
      [userId],
    );
    const erasureId = randomUUID();
    await auth.tell(erased(userId, erasureId));
    expect(await untilTold(userId, 'profile.profile.erased')).toMatchObject({
      aggregate_id: userId,
      actor: null,
      data: {
        userId,
        erasureId,
        stores: [
          { store: 'profiles', rows: 1, action: 'DELETED', reason: null },
          { store: 'preferences', rows: 1, action: 'DELETED', reason: null },
          { store: 'outbox', rows: 3, action: 'PSEUDONYMISED', reason: null },
          { store: 'parked_events', rows: 0, action: 'PSEUDONYMISED', reason: null },
        ],
      },
    });
    expect(await findProfile(userId)).toBeUndefined();
    expect(await service.database.query('SELECT user_id FROM erased_people')).toEqual([{ user_id: userId }]);
    const told = await service.readTold(userId);
    expect(told.map(({ client_ip, client_user_agent }) => [client_ip, client_user_agent])).toEqual(
      told.map(() => [null, null]),
    );
    expect(await findProfile(other)).toBeDefined();
  });

  it('keeps the person away: no live token, no replay and no restored row brings the profile back', async () => {
    const { userId, token } = await service.newOwner();
    await auth.tell(erased(userId, randomUUID()));
    await untilTold(userId, 'profile.profile.erased');
    const before = await service.readTables();

    const mine = await service.client.query('{ myProfile { id } }', { token });
    expect([mine.data, mine.errors]).toEqual([{ myProfile: null }, undefined]);
    expect(await update(token, { expectedVersion: 1, bio: 'again' })).toEqual({
      __typename: 'AccountErasedProblem',
    });
    const preferences = await service.client.query(
      `mutation { updatePreferences(input: { expectedVersion: 1, theme: DARK }) {
         ... on AccountErasedProblem { code message } } }`,
      { token },
    );
    expect(preferences.data.updatePreferences).toMatchObject({ code: 'ACCOUNT_ERASED' });

    await auth.tell(registered(userId), erased(userId, randomUUID()));
    expect(await untilTold(userId, 'profile.profile.erased', 2)).toMatchObject({
      data: { stores: expect.arrayContaining([expect.objectContaining({ store: 'profiles', rows: 0 })]) },
    });
    await service.database.query('INSERT INTO profiles (id, user_id) VALUES ($1, $2)', [
      randomUUID(),
      userId,
    ]);
    expect(await service.readTables()).toEqual(before);
  });

  it('lets a request that makes the profile and the erasure wait for one another', async () => {
    const userId = randomUUID();
    const token = await service.identity.tokenFor({ userId });
    // The request has made the profile and waits with its event when the erasure begins, which cannot see the row.
    const [answer] = await service.collide(
      2,
      async (index) => {
        if (index === 0) {
          return service.client.query('{ myProfile { id } }', { token });
        }
        await until(async () => ((await service.countWaiting()) >= 1 ? true : undefined));
        await auth.tell(erased(userId, randomUUID()));
        return undefined;
      },
      'outbox',
    );
    expect(answer?.errors).toBeUndefined();
    await untilTold(userId, 'profile.profile.erased');
    expect(await findProfile(userId)).toBeUndefined();
  });
});
