import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestProfile, type TestProfile } from './profile-test-service.js';

const DOCUMENT = `mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) {
  __typename
  ... on Profile { id handle displayName avatarUrl phone address bio version
    visibility { displayName avatarUrl phone address bio } user { id } }
  ... on StaleVersionProblem { code message currentVersion }
  ... on HandleTakenProblem { code message }
  ... on InvalidInputProblem { code message fields { path message } }
} }`;

let service: TestProfile;
beforeAll(async () => {
  service = await startTestProfile();
});
afterAll(() => service.stop());

const update = (token: string | undefined, input: Readonly<Record<string, unknown>>) =>
  service.client.query(DOCUMENT, { variables: { input }, token });

describe('Mutation.updateProfile', () => {
  it('refuses nobody in particular before it looks at the input', async () => {
    const before = await service.readTables();
    const answer = await update(undefined, { expectedVersion: 1, handle: 'x' });
    expect(answer.errors?.map((error) => error.extensions.code)).toEqual(['UNAUTHENTICATED']);
    expect(answer.data).toBeNull();
    expect(await service.readTables()).toEqual(before);
  });

  it('changes what is given, leaves what is absent, clears what is null, and counts', async () => {
    const { userId, token } = await service.newOwner();
    const first = await update(token, {
      expectedVersion: 1,
      handle: ' Grace_Hopper ',
      displayName: 'Grace',
      avatarUrl: 'https://example.com/ä.png',
      phone: '+4930123456',
      address: ' Line 1\nLine 2 ',
      bio: 'Compilers.\n\nNavy.',
      visibility: { phone: 'PUBLIC', bio: 'PRIVATE', displayName: null },
    });
    expect(first.errors).toBeUndefined();
    expect(first.data.updateProfile).toEqual({
      __typename: 'Profile',
      id: expect.any(String),
      handle: 'grace_hopper',
      displayName: 'Grace',
      avatarUrl: 'https://example.com/%C3%A4.png',
      phone: '+4930123456',
      address: 'Line 1\nLine 2',
      bio: 'Compilers.\n\nNavy.',
      version: 2,
      visibility: {
        displayName: 'PUBLIC',
        avatarUrl: 'PUBLIC',
        phone: 'PUBLIC',
        address: 'PRIVATE',
        bio: 'PRIVATE',
      },
      user: { id: userId },
    });
    // The look, the change and its event; now and then a hint to other processes.
    expect([3, 4]).toContain(first.sqlStatements);

    const second = await update(token, { expectedVersion: 2, bio: null, handle: null, visibility: null });
    expect(second.data.updateProfile).toEqual({
      ...first.data.updateProfile,
      bio: null,
      handle: null,
      version: 3,
    });
  });

  it('makes the profile when it is the first need of it', async () => {
    const userId = randomUUID();
    const token = await service.identity.tokenFor({ userId });
    const answer = await update(token, { expectedVersion: 1, displayName: 'New' });
    expect(answer.data.updateProfile).toMatchObject({
      __typename: 'Profile',
      displayName: 'New',
      version: 2,
    });
  });

  it('changes nothing and counts nothing when nothing is given, but tells of another version', async () => {
    const { token } = await service.newOwner();
    const before = await service.readTables();
    const answer = await update(token, { expectedVersion: 1, visibility: { phone: null } });
    expect(answer.data.updateProfile).toMatchObject({ __typename: 'Profile', version: 1 });
    const stale = await update(token, { expectedVersion: 7 });
    expect(stale.data.updateProfile).toMatchObject({ __typename: 'StaleVersionProblem', currentVersion: 1 });
    expect(await service.readTables()).toEqual(before);
  });

  it('refuses a version that is not the current one and tells which is', async () => {
    const { token } = await service.newOwner();
    await update(token, { expectedVersion: 1, bio: 'first' });
    const before = await service.readTables();
    for (const expectedVersion of [1, 3, 0, -1, 2_147_483_647]) {
      const answer = await update(token, { expectedVersion, bio: 'second' });
      expect(answer.data.updateProfile).toEqual({
        __typename: 'StaleVersionProblem',
        code: 'STALE_VERSION',
        message: expect.any(String),
        currentVersion: 2,
      });
    }
    expect(await service.readTables()).toEqual(before);
  });

  it('lets one of many writers of the same version through', async () => {
    const { userId, token } = await service.newOwner();
    const answers = await service.collide(10, (index) =>
      update(token, { expectedVersion: 1, bio: `writer ${index}` }),
    );
    const results = answers.map((answer) => answer.data.updateProfile);
    const winners = results.filter((result) => result.__typename === 'Profile');
    expect(winners).toHaveLength(1);
    expect(results.filter((result) => result.__typename === 'StaleVersionProblem')).toHaveLength(9);
    const [row] = await service.database.query('SELECT bio, version FROM profiles WHERE user_id = $1', [
      userId,
    ]);
    expect(row).toEqual({ bio: winners[0].bio, version: 2 });
  });

  it('gives a handle to one of many who want it at the same moment, in any letter case', async () => {
    const owners = await Promise.all(Array.from({ length: 6 }, () => service.newOwner()));
    const answers = await service.collide(owners.length, (index) =>
      update(owners[index]!.token, {
        expectedVersion: 1,
        handle: index % 2 === 0 ? 'linus' : 'LINUS',
        bio: 'mine',
      }),
    );
    const typenames = answers.map((answer) => answer.data.updateProfile.__typename as string).sort();
    expect(typenames).toEqual([...Array<string>(5).fill('HandleTakenProblem'), 'Profile']);
    const rows = await service.database.query(
      'SELECT handle, bio, version FROM profiles WHERE user_id = ANY($1)',
      [owners.map(({ userId }) => userId)],
    );
    expect(rows.filter((row) => row['version'] === 2)).toEqual([
      { handle: 'linus', bio: 'mine', version: 2 },
    ]);
    expect(rows.filter((row) => row['bio'] === null && row['handle'] === null)).toHaveLength(5);
  });

  it('lets an owner keep the handle that is already theirs', async () => {
    const { token } = await service.newOwner();
    await update(token, { expectedVersion: 1, handle: 'keeper' });
    const again = await update(token, { expectedVersion: 2, handle: 'Keeper' });
    expect(again.data.updateProfile).toMatchObject({ __typename: 'Profile', handle: 'keeper', version: 3 });
  });

  it("reaches one's own profile only, though one be ADMIN", async () => {
    const { userId } = await service.newOwner();
    const admin = await service.identity.tokenFor({ role: 'ADMIN' });
    await update(admin, { expectedVersion: 1, bio: 'by an admin' });
    const [row] = await service.database.query('SELECT bio, version FROM profiles WHERE user_id = $1', [
      userId,
    ]);
    expect(row).toEqual({ bio: null, version: 1 });
  });

  it('lists every mistake at once and changes nothing', async () => {
    const { token } = await service.newOwner();
    const before = await service.readTables();
    const answer = await update(token, {
      expectedVersion: 1,
      handle: '1st',
      displayName: '   ',
      avatarUrl: 'http://example.com/me.png',
      phone: '030 123',
      address: 'x'.repeat(501),
      bio: 'a null byte \u0000',
    });
    expect(answer.data.updateProfile).toMatchObject({
      __typename: 'InvalidInputProblem',
      code: 'INVALID_INPUT',
    });
    expect(answer.data.updateProfile.fields.map((field: { path: string }) => field.path)).toEqual([
      'handle',
      'displayName',
      'avatarUrl',
      'phone',
      'address',
      'bio',
    ]);
    expect(answer.sqlStatements).toBe(0);
    expect(await service.readTables()).toEqual(before);
  });

  it('refuses what is not of its type, and fields that there are not', async () => {
    const { token } = await service.newOwner();
    const before = await service.readTables();
    for (const input of [
      {},
      { expectedVersion: '1' },
      { expectedVersion: 1.5 },
      { expectedVersion: 3_000_000_000 },
      { expectedVersion: 1, bio: 5 },
      { expectedVersion: 1, userId: randomUUID() },
      { expectedVersion: 1, visibility: { phone: 'FRIENDS' } },
    ]) {
      const answer = await update(token, input);
      expect(answer.errors?.map((error) => error.extensions.code)).toEqual(['BAD_USER_INPUT']);
    }
    expect(await service.readTables()).toEqual(before);
  });

  it('shows after each of several mutations of one request what is true then', async () => {
    const { token } = await service.newOwner();
    const answer = await service.client.query(
      `mutation {
        one: updateProfile(input: { expectedVersion: 1, bio: "one" }) { ... on Profile { user { profile { bio version } } } }
        two: updateProfile(input: { expectedVersion: 2, bio: "two" }) { ... on Profile { user { profile { bio version } } } }
      }`,
      { token },
    );
    expect(answer.data.one.user.profile).toEqual({ bio: 'one', version: 2 });
    expect(answer.data.two.user.profile).toEqual({ bio: 'two', version: 3 });
  });
});
