import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_PREFERENCES } from './domain/default-preferences.js';
import { startTestProfile, type TestProfile } from './profile-test-service.js';

const PREFERENCES = 'preferences { theme locale timeZone currency notifications { email push sms } }';
const DOCUMENT = `mutation ($input: UpdatePreferencesInput!) { updatePreferences(input: $input) {
  __typename
  ... on Profile { id version ${PREFERENCES} }
  ... on StaleVersionProblem { code currentVersion }
  ... on InvalidInputProblem { code fields { path message } }
} }`;

let service: TestProfile;
beforeAll(async () => {
  service = await startTestProfile();
});
afterAll(() => service.stop());

const update = (token: string | undefined, input: Readonly<Record<string, unknown>>) =>
  service.client.query(DOCUMENT, { variables: { input }, token });

describe('Mutation.updatePreferences', () => {
  it('refuses nobody in particular before it looks at the input', async () => {
    const before = await service.readTables();
    const answer = await update(undefined, { expectedVersion: 1, locale: '?' });
    expect(answer.errors?.map((error) => error.extensions.code)).toEqual(['UNAUTHENTICATED']);
    expect(await service.readTables()).toEqual(before);
  });

  it('changes what is chosen, leaves what is absent or null, and counts on the profile', async () => {
    const { userId, token } = await service.newOwner();
    await service.database.query(`UPDATE profiles SET updated_at = '2001-01-01' WHERE user_id = $1`, [
      userId,
    ]);
    const first = await update(token, {
      expectedVersion: 1,
      theme: 'DARK',
      locale: 'de-ch',
      timeZone: 'europe/zurich',
      currency: 'CHF',
      notifications: { email: null, push: true },
    });
    expect(first.errors).toBeUndefined();
    const chosen = {
      theme: 'DARK',
      locale: 'de-CH',
      timeZone: 'Europe/Zurich',
      currency: 'CHF',
      notifications: { email: true, push: true, sms: false },
    };
    expect(first.data.updatePreferences).toEqual({
      __typename: 'Profile',
      id: expect.any(String),
      version: 2,
      preferences: chosen,
    });

    const second = await update(token, {
      expectedVersion: 2,
      theme: null,
      currency: 'JPY',
      notifications: null,
    });
    expect(second.data.updatePreferences).toMatchObject({
      version: 3,
      preferences: { ...chosen, currency: 'JPY' },
    });
    const [row] = await service.database.query(
      `SELECT version, updated_at > '2001-01-01' AS later FROM profiles WHERE user_id = $1`,
      [userId],
    );
    expect(row).toEqual({ version: 3, later: true });
  });

  it('makes the profile when it is the first need of it', async () => {
    const token = await service.identity.tokenFor();
    const answer = await update(token, { expectedVersion: 1, theme: 'LIGHT' });
    expect(answer.data.updatePreferences).toMatchObject({
      version: 2,
      preferences: { theme: 'LIGHT', locale: 'en' },
    });
  });

  it('refuses a version that is not the current one, writes nothing, and tells which is', async () => {
    const { token } = await service.newOwner();
    await update(token, { expectedVersion: 1, theme: 'DARK' });
    const before = await service.readTables();
    const answer = await update(token, { expectedVersion: 1, theme: 'LIGHT' });
    expect(answer.data.updatePreferences).toEqual({
      __typename: 'StaleVersionProblem',
      code: 'STALE_VERSION',
      currentVersion: 2,
    });
    expect(await service.readTables()).toEqual(before);
  });

  it('lets one of many writers of the same version through, the first row included', async () => {
    const { token } = await service.newOwner();
    const currencies = ['USD', 'GBP', 'CHF', 'SEK', 'NOK', 'DKK', 'PLN', 'CZK'];
    const answers = await service.collide(currencies.length, (index) =>
      update(token, { expectedVersion: 1, currency: currencies[index] }),
    );
    expect(answers.flatMap((answer) => answer.errors ?? [])).toEqual([]);
    const winners = answers
      .map((answer) => answer.data.updatePreferences)
      .filter((result) => result.__typename === 'Profile');
    expect(winners).toHaveLength(1);
    const now = await service.client.query(`{ myProfile { version ${PREFERENCES} } }`, { token });
    expect(now.data.myProfile).toEqual({ version: 2, preferences: winners[0].preferences });
  });

  it('counts nothing when the preferences cannot be written', async () => {
    const { token } = await service.newOwner();
    await service.database.query('ALTER TABLE preferences ADD CONSTRAINT full_table CHECK (false) NOT VALID');
    const before = await service.readTables();
    try {
      const answer = await update(token, { expectedVersion: 1, theme: 'DARK' });
      expect(answer.errors?.map((error) => error.extensions.code)).toEqual(['INTERNAL_SERVER_ERROR']);
      expect(JSON.stringify(answer.errors)).not.toContain('full_table');
    } finally {
      await service.database.query('ALTER TABLE preferences DROP CONSTRAINT full_table');
    }
    expect(await service.readTables()).toEqual(before);
  });

  it('chooses nothing when the count cannot be kept', async () => {
    const { token } = await service.newOwner();
    // Deferred, so that it fails as the transaction ends, when both have been written.
    await service.database.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''refused''; END';
      CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON profiles
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()`);
    const before = await service.readTables();
    try {
      const answer = await update(token, { expectedVersion: 1, theme: 'DARK' });
      expect(answer.errors?.map((error) => error.extensions.code)).toEqual(['INTERNAL_SERVER_ERROR']);
    } finally {
      await service.database.query('DROP FUNCTION refuse CASCADE');
    }
    expect(await service.readTables()).toEqual(before);
  });

  it('lists every mistake at once and changes nothing', async () => {
    const { token } = await service.newOwner();
    const before = await service.readTables();
    const answer = await update(token, {
      expectedVersion: 1,
      locale: 'not a locale',
      timeZone: 'Mars/Olympus',
      currency: 'QQQ',
    });
    expect(answer.data.updatePreferences.fields.map((field: { path: string }) => field.path)).toEqual([
      'locale',
      'timeZone',
      'currency',
    ]);
    expect(answer.sqlStatements).toBe(0);
    expect(await service.readTables()).toEqual(before);
  });

  it('refuses what is not of its type', async () => {
    const { token } = await service.newOwner();
    const before = await service.readTables();
    for (const input of [
      { expectedVersion: 1, theme: 'NEON' },
      { expectedVersion: 1, currency: 'eur' },
      { expectedVersion: 1, notifications: { email: 'yes' } },
      { expectedVersion: null, theme: 'DARK' },
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
        one: updatePreferences(input: { expectedVersion: 1, theme: DARK }) { ... on Profile { version ${PREFERENCES} } }
        two: updatePreferences(input: { expectedVersion: 2, theme: LIGHT }) { ... on Profile { version ${PREFERENCES} } }
      }`,
      { token },
    );
    expect(answer.data.one).toMatchObject({ version: 2, preferences: { theme: 'DARK' } });
    expect(answer.data.two).toMatchObject({ version: 3, preferences: { theme: 'LIGHT' } });
  });
});

describe('Profile.preferences', () => {
  it('costs one statement for many profiles, and is null to strangers', async () => {
    const owners = await Promise.all(Array.from({ length: 5 }, () => service.newOwner()));
    await update(owners[0]!.token, { expectedVersion: 1, theme: 'DARK' });
    const representations = owners.map(({ userId }) => ({ __typename: 'User', id: userId }));
    const selection = '... on User { profile { preferences { theme } } }';
    const admin = await service.client.entities(
      representations,
      selection,
      await service.identity.tokenFor({ role: 'ADMIN' }),
    );
    expect(admin.data._entities).toMatchObject(
      ['DARK', 'SYSTEM', 'SYSTEM', 'SYSTEM', 'SYSTEM'].map((theme) => ({
        profile: { preferences: { theme } },
      })),
    );
    expect(admin.sqlStatements).toBe(2);
    const own = await service.client.entities(representations, selection, owners[0]!.token);
    expect(own.data._entities).toMatchObject(
      [{ theme: 'DARK' }, null, null, null, null].map((preferences) => ({ profile: { preferences } })),
    );
  });

  it('has the same defaults in the database as where there is no row', async () => {
    const { userId } = await service.newOwner();
    await service.database.query(
      'INSERT INTO preferences (profile_id) SELECT id FROM profiles WHERE user_id = $1',
      [userId],
    );
    const [row] = await service.database.query(
      `SELECT theme, locale, time_zone AS "timeZone", currency, notify_email AS "notifyEmail",
              notify_push AS "notifyPush", notify_sms AS "notifySms"
       FROM preferences JOIN profiles ON profiles.id = profile_id WHERE user_id = $1`,
      [userId],
    );
    expect(row).toEqual(DEFAULT_PREFERENCES);
  });
});
