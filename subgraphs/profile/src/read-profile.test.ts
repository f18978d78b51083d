import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestProfile, type TestProfile } from './profile-test-service.js';

const owner = randomUUID();
const profileId = randomUUID();
const EVERYTHING = `
  id handle displayName avatarUrl phone address bio version createdAt updatedAt
  visibility { displayName avatarUrl phone address bio }
  preferences { theme locale timeZone currency notifications { email push sms } }
  user { id }`;

let service: TestProfile;
let ownerToken: string;
let strangerToken: string;
let adminToken: string;

beforeAll(async () => {
  service = await startTestProfile();
  ownerToken = await service.identity.tokenFor({ userId: owner });
  strangerToken = await service.identity.tokenFor();
  adminToken = await service.identity.tokenFor({ role: 'ADMIN' });
  await service.database.query(
    `INSERT INTO profiles (id, user_id, handle, display_name, avatar_url, phone, address, bio, bio_visibility)
     VALUES ($1, $2, 'ada', 'Ada', 'https://example.com/ada.png', '+4930123456', E'Lane 1\\nBerlin', 'Numbers.', 'PRIVATE')`,
    [profileId, owner],
  );
});
afterAll(() => service.stop());

const userProfile = (token?: string, selection = EVERYTHING) =>
  service.client.entities(
    [{ __typename: 'User', id: owner }],
    `... on User { profile { ${selection} } }`,
    token,
  );
const countProfiles = async () =>
  (await service.database.query<{ count: number }>('SELECT count(*)::int AS count FROM profiles'))[0]?.count;

describe('User.profile', () => {
  const shownToEverybody = {
    id: profileId,
    handle: 'ada',
    displayName: 'Ada',
    avatarUrl: 'https://example.com/ada.png',
    version: 1,
    user: { id: owner },
  };
  const hidden = { phone: null, address: null, bio: null, visibility: null, preferences: null };
  const whole = {
    ...shownToEverybody,
    phone: '+4930123456',
    address: 'Lane 1\nBerlin',
    bio: 'Numbers.',
    visibility: {
      displayName: 'PUBLIC',
      avatarUrl: 'PUBLIC',
      phone: 'PRIVATE',
      address: 'PRIVATE',
      bio: 'PRIVATE',
    },
    preferences: {
      theme: 'SYSTEM',
      locale: 'en',
      timeZone: 'UTC',
      currency: 'EUR',
      notifications: { email: true, push: false, sms: false },
    },
  };

  it('shows to nobody in particular what is PUBLIC', async () => {
    const answer = await userProfile();
    expect(answer.errors).toBeUndefined();
    expect(answer.data._entities[0].profile).toMatchObject({ ...shownToEverybody, ...hidden });
  });

  it('shows no more to a stranger who is signed in', async () => {
    const answer = await userProfile(strangerToken);
    expect(answer.data._entities[0].profile).toMatchObject({ ...shownToEverybody, ...hidden });
  });

  it('shows everything to its owner and to ADMIN', async () => {
    for (const token of [ownerToken, adminToken]) {
      const answer = await userProfile(token);
      expect(answer.errors).toBeUndefined();
      expect(answer.data._entities[0].profile).toMatchObject(whole);
    }
  });

  it('loads preferences only when they are asked for', async () => {
    expect((await userProfile(ownerToken, 'id')).sqlStatements).toBe(1);
    expect((await userProfile(ownerToken, 'id preferences { theme }')).sqlStatements).toBe(2);
    expect((await userProfile(strangerToken, 'id preferences { theme }')).sqlStatements).toBe(1);
  });

  it('costs one statement for 100 users, known, unknown and malformed, in order, and makes no profile', async () => {
    const known: ReadonlyArray<string> = Array.from({ length: 33 }, () => randomUUID());
    for (const userId of known) {
      await service.database.query('INSERT INTO profiles (id, user_id) VALUES ($1, $2)', [
        randomUUID(),
        userId,
      ]);
    }
    const before = await service.readTables();
    const ids = Array.from({ length: 100 }, (_, index) =>
      index % 3 === 0
        ? known[Math.floor(index / 3) % 33]!
        : index % 3 === 1
          ? randomUUID()
          : `not-a-uuid-${index}`,
    );
    const answer = await service.client.entities(
      ids.map((id) => ({ __typename: 'User', id })),
      '... on User { id profile { user { id } } }',
      strangerToken,
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data._entities).toEqual(
      ids.map((id, index) =>
        index % 3 === 2
          ? null
          : { __typename: 'User', id, profile: known.includes(id) ? { user: { id } } : null },
      ),
    );
    expect(answer.sqlStatements).toBe(1);
    expect(await service.readTables()).toEqual(before);
  });

  it("makes the viewer's own at first need, once, though asked for twice beside others", async () => {
    const userId = randomUUID();
    const token = await service.identity.tokenFor({ userId });
    const before = await countProfiles();
    const representations = [userId, randomUUID(), owner, userId.toUpperCase()].map((id) => ({
      __typename: 'User',
      id,
    }));
    const answer = await service.client.entities(
      representations,
      '... on User { profile { id version } }',
      token,
    );
    expect(answer.errors).toBeUndefined();
    const [own, unknown, other, same] = answer.data._entities;
    expect(own.profile).toEqual({ id: expect.any(String), version: 1 });
    expect(unknown.profile).toBeNull();
    expect(other.profile.id).toBe(profileId);
    expect(same).toEqual(own);
    // The look, then the lock, the profile and its event; now and then a hint to other processes.
    expect([4, 5]).toContain(answer.sqlStatements);
    expect(await countProfiles()).toBe((before ?? 0) + 1);
  });
});

describe('Profile.__resolveReference', () => {
  it('resolves known, unknown and malformed ids in order by one statement', async () => {
    const ids = Array.from({ length: 100 }, (_, index) =>
      index % 3 === 0 ? profileId : index % 3 === 1 ? randomUUID() : `${profileId}'; --`,
    );
    const answer = await service.client.entities(
      ids.map((id) => ({ __typename: 'Profile', id })),
      '... on Profile { id handle phone }',
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data._entities).toEqual(
      ids.map((id) =>
        id === profileId ? { __typename: 'Profile', id: profileId, handle: 'ada', phone: null } : null,
      ),
    );
    expect(answer.sqlStatements).toBe(1);
  });

  it('takes an id in any letter case', async () => {
    const answer = await service.client.entities(
      [{ __typename: 'Profile', id: profileId.toUpperCase() }],
      '... on Profile { id }',
    );
    expect(answer.data._entities[0].id).toBe(profileId);
  });
});

describe('Query.myProfile', () => {
  it('refuses nobody in particular and writes nothing', async () => {
    const before = await service.readTables();
    const answer = await service.client.query('{ myProfile { id } }');
    expect(answer.data).toEqual({ myProfile: null });
    expect(answer.errors?.map((error) => error.extensions.code)).toEqual(['UNAUTHENTICATED']);
    expect(await service.readTables()).toEqual(before);
  });

  it('refuses a token that has ended or was meant for somebody else', async () => {
    const ended = await service.identity.tokenFor({ expiresIn: -60 });
    const foreign = await service.identity.tokenFor({ audience: 'somebody-else' });
    expect(
      (await service.client.query('{ myProfile { id } }', { token: ended })).errors?.[0]?.extensions.code,
    ).toBe('TOKEN_EXPIRED');
    expect(
      (await service.client.query('{ myProfile { id } }', { token: foreign })).errors?.[0]?.extensions.code,
    ).toBe('TOKEN_INVALID');
  });

  it('gives the own profile whole', async () => {
    const answer = await service.client.query('{ myProfile { id phone user { profile { id } } } }', {
      token: ownerToken,
    });
    expect(answer.data.myProfile).toEqual({
      id: profileId,
      phone: '+4930123456',
      user: { profile: { id: profileId } },
    });
    expect(answer.sqlStatements).toBe(1);
  });

  it('makes one profile when many requests need it first at the same moment', async () => {
    const userId = randomUUID();
    const token = await service.identity.tokenFor({ userId });
    const answers = await service.collide(10, () =>
      service.client.query('{ myProfile { id version } }', { token }),
    );
    expect(answers.flatMap((answer) => answer.errors ?? [])).toEqual([]);
    expect(new Set(answers.map((answer) => answer.data.myProfile.id as string)).size).toBe(1);
    const rows = await service.database.query('SELECT 1 FROM profiles WHERE user_id = $1', [userId]);
    expect(rows).toHaveLength(1);
  });
});

describe('Query.profileByHandle', () => {
  const ask = (handle: string, token?: string) =>
    service.client.query(
      'query ($handle: String!) { profileByHandle(handle: $handle) { id handle phone } }',
      {
        variables: { handle },
        token,
      },
    );

  it('refuses nobody in particular', async () => {
    const answer = await ask('ada');
    expect(answer.data).toEqual({ profileByHandle: null });
    expect(answer.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it('finds a profile in any letter case, and hides what is PRIVATE from a stranger', async () => {
    const answer = await ask(' ADA ', strangerToken);
    expect(answer.data.profileByHandle).toEqual({ id: profileId, handle: 'ada', phone: null });
    expect((await ask('ada', adminToken)).data.profileByHandle.phone).toBe('+4930123456');
  });

  it('gives null for a handle that nobody has and, without asking the database, for what is no handle', async () => {
    const unknown = await ask('nobody_has_this', strangerToken);
    expect([unknown.data.profileByHandle, unknown.sqlStatements]).toEqual([null, 1]);
    const malformed = await ask("a'; DROP TABLE profiles; --\u0000", strangerToken);
    expect([malformed.data.profileByHandle, malformed.errors, malformed.sqlStatements]).toEqual([
      null,
      undefined,
      0,
    ]);
  });

  it('costs one statement for many handles', async () => {
    const answer = await service.client.query(
      '{ a: profileByHandle(handle: "ada") { id } b: profileByHandle(handle: "bea") { id } c: profileByHandle(handle: "Ada") { id } }',
      { token: strangerToken },
    );
    expect(answer.data).toEqual({ a: { id: profileId }, b: null, c: { id: profileId } });
    expect(answer.sqlStatements).toBe(1);
  });
});
