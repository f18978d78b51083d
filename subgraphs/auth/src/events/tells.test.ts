import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PASSWORD, startAuthUnderTest, type AuthUnderTest, type SignedInUser } from '../auth-test-service.js';
import { rotateSigningKeys } from '../rotate-signing-keys.js';
import { testTelemetry } from '@supergraph/platform/testing';

const NEXT = 'eight louder lanterns';
const IP = '203.0.113.9';

let auth: AuthUnderTest;
let admin: SignedInUser;
let ada: SignedInUser;
let people = 0;
beforeAll(async () => {
  auth = await startAuthUnderTest({ SUPERGRAPH_MODE: 'embedded' });
  admin = await auth.registerAdmin('admin@example.com');
});
afterAll(() => auth.stop());
beforeEach(async () => {
  ada = await auth.register(`ada-${(people += 1)}@example.com`);
  await mailTokenOf(ada);
  await auth.database.query('DELETE FROM outbox');
});

interface ToldEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly actor: string | null;
}
const told = () =>
  auth.database.query<ToldEvent & { aggregate_id: string; entities: unknown; client_ip: string | null }>(
    'SELECT type, data, actor, aggregate_id, entities, client_ip FROM outbox ORDER BY sequence',
  );
/** Events of another transaction than any that wrote Ada's rows as they are. */
const toldByOthers = () =>
  auth.database.query(
    `SELECT type FROM outbox WHERE xmin::text NOT IN (
       SELECT xmin::text FROM users WHERE id = $1 UNION SELECT xmin::text FROM sessions WHERE user_id = $1)`,
    [ada.id],
  );
const run = (call: string, user?: SignedInUser) =>
  auth.clientAt(IP)(`mutation { result: ${call} }`, { token: user?.accessToken });
const second = async (): Promise<SignedInUser> => {
  const session = (await auth.login(ada.email)) as SignedInUser;
  await auth.database.query('DELETE FROM outbox');
  return session;
};
/** The token of the last mail, once it was written: mails come after the answer. */
async function mailTokenOf({ email }: SignedInUser, subject = 'Verify your e-mail address'): Promise<string> {
  for (;;) {
    const [mail] = await auth.database.query<{ body: string }>(
      'SELECT body FROM outgoing_mails WHERE recipient = $1 AND subject = $2',
      [email, subject],
    );
    if (mail !== undefined) {
      return /#token=([\w-]{43})\n/.exec(mail.body)?.[1] ?? '';
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const resetToken = async (): Promise<string> => {
  await run(`requestPasswordReset(input: { email: "${ada.email}" }) { __typename }`);
  return mailTokenOf(ada, 'Set a new password');
};
const spent = async (): Promise<string> => {
  await run(`refreshSession(input: { refreshToken: "${ada.refreshToken}" }) { __typename }`);
  await auth.database.query("UPDATE sessions SET rotated_at = rotated_at - interval '10 s' WHERE id = $1", [
    ada.sessionId,
  ]);
  return ada.refreshToken;
};

/** Each mutation that changes something: the call, and what it tells of Ada, who acts herself unless it says ADMIN. */
interface Case {
  readonly call: () => Promise<string>;
  readonly by?: () => SignedInUser | undefined;
  readonly tells: () => ReadonlyArray<readonly [string, object]>;
}
let other: SignedInUser | undefined;
const verified = (version: number) => ['auth.user.email_verified', { version }] as const;
const CASES: Readonly<Record<string, Case>> = {
  login: {
    call: async () =>
      `login(input: { email: "${ada.email}", password: "${PASSWORD}" }) { ... on SignedIn { user { id } } }`,
    tells: () => [['auth.session.opened', { sessionId: expect.any(String) }]],
  },
  'logout, by the access token': {
    call: async () => 'logout(input: {}) { sessionId }',
    by: () => ada,
    tells: () => [['auth.session.revoked', { revokedSessions: [ada.sessionId], reason: 'SIGNED_OUT' }]],
  },
  'logout, by the refresh token': {
    call: async () => `logout(input: { refreshToken: "${ada.refreshToken}" }) { sessionId }`,
    tells: () => [['auth.session.revoked', { revokedSessions: [ada.sessionId], reason: 'SIGNED_OUT' }]],
  },
  'refreshSession, with a spent token': {
    call: async () => `refreshSession(input: { refreshToken: "${await spent()}" }) { __typename }`,
    tells: () => [['auth.session.revoked', { revokedSessions: [ada.sessionId], reason: 'TOKEN_REUSED' }]],
  },
  signOutSession: {
    call: async () => {
      other = await second();
      return `signOutSession(input: { sessionId: "${other.sessionId}" }) { sessionId }`;
    },
    by: () => ada,
    tells: () => [['auth.session.revoked', { revokedSessions: [other?.sessionId], reason: 'SIGNED_OUT' }]],
  },
  signOutOtherSessions: {
    call: async () => {
      other = await second();
      return 'signOutOtherSessions { endedSessions }';
    },
    by: () => ada,
    tells: () => [['auth.session.revoked', { revokedSessions: [other?.sessionId], reason: 'SIGNED_OUT' }]],
  },
  signOutEverywhere: {
    call: async () => {
      other = await second();
      return 'signOutEverywhere { endedSessions }';
    },
    by: () => ada,
    tells: () => [
      ['auth.session.revoked', { revokedSessions: [ada.sessionId, other?.sessionId], reason: 'SIGNED_OUT' }],
    ],
  },
  changePassword: {
    call: async () => {
      other = await second();
      return `changePassword(input: { currentPassword: "${PASSWORD}", newPassword: "${NEXT}" }) { __typename }`;
    },
    by: () => ada,
    tells: () => [['auth.user.password_changed', { version: 2, revokedSessions: [other?.sessionId] }]],
  },
  verifyEmail: {
    call: async () => `verifyEmail(input: { token: "${await mailTokenOf(ada)}" }) { __typename }`,
    tells: () => [verified(2)],
  },
  resetPassword: {
    call: async () =>
      `resetPassword(input: { token: "${await resetToken()}", newPassword: "${NEXT}" }) { __typename }`,
    tells: () => [
      verified(2),
      ['auth.user.password_changed', { version: 3, revokedSessions: [ada.sessionId] }],
    ],
  },
  changeUserRole: {
    call: async () => `changeUserRole(input: { userId: "${ada.id}", role: VENDOR }) { __typename }`,
    by: () => admin,
    tells: () => [
      [
        'auth.user.role_changed',
        { version: 2, role: 'VENDOR', previousRole: 'CUSTOMER', revokedSessions: [ada.sessionId] },
      ],
    ],
  },
  suspendUser: {
    call: async () => `suspendUser(input: { userId: "${ada.id}" }) { __typename }`,
    by: () => admin,
    tells: () => [['auth.user.suspended', { version: 2, revokedSessions: [ada.sessionId] }]],
  },
  reinstateUser: {
    call: async () => {
      await run(`suspendUser(input: { userId: "${ada.id}" }) { __typename }`, admin);
      await auth.database.query('DELETE FROM outbox');
      return `reinstateUser(input: { userId: "${ada.id}" }) { __typename }`;
    },
    by: () => admin,
    tells: () => [['auth.user.reinstated', { version: 3 }]],
  },
};
const TABLES = ['users', 'sessions', 'single_use_tokens', 'outbox'];
const tables = () => Promise.all(TABLES.map((table) => auth.rowsOf(table)));

describe('what auth tells', () => {
  it.each(Object.entries(CASES))('of %s', async (_name, { call, by, tells }) => {
    const { errors } = await run(await call(), by?.());
    expect(errors).toBeUndefined();
    expect(await told()).toEqual(
      tells().map(([type, data]) => ({
        type,
        data: { userId: ada.id, ...data },
        actor: by?.() === admin ? admin.id : ada.id,
        aggregate_id: ada.id,
        entities: [{ typename: 'User', id: ada.id }],
        client_ip: IP,
      })),
    );
    expect(await toldByOthers()).toEqual([]);
  });

  it.each(Object.entries(CASES))(
    'of %s commits with the change, or neither does',
    async (_name, { call, by }) => {
      const document = await call();
      const before = await tables();
      await auth.database.query('REVOKE INSERT ON outbox FROM auth_service');
      try {
        const { errors } = await run(document, by?.());
        expect(errors?.[0]?.extensions.code).toBe('INTERNAL_SERVER_ERROR');
        expect(await tables()).toEqual(before);
      } finally {
        await auth.database.query('GRANT INSERT ON outbox TO auth_service');
      }
      expect((await run(document, by?.())).errors).toBeUndefined();
      expect(await told()).not.toEqual([]);
    },
  );

  it('of register: the account and the session, by whoever opened it', async () => {
    const { data } = await run(
      `register(input: { email: "New@Example.com", password: "${PASSWORD}", name: "New" }) { ... on SignedIn { user { id } } }`,
    );
    const id = data.result.user.id as string;
    expect(await told()).toMatchObject([
      {
        type: 'auth.user.registered',
        data: {
          userId: id,
          email: 'new@example.com',
          name: 'New',
          role: 'CUSTOMER',
          status: 'ACTIVE',
          version: 1,
        },
        actor: id,
      },
      { type: 'auth.session.opened', data: { userId: id }, actor: id },
    ]);
    const kept = () => Promise.all(['users', 'sessions', 'outbox'].map((table) => auth.rowsOf(table)));
    const before = await kept();
    await auth.database.query('REVOKE INSERT ON outbox FROM auth_service');
    const refused = await run(
      `register(input: { email: "newer@example.com", password: "${PASSWORD}", name: "Newer" }) { __typename }`,
    );
    await auth.database.query('GRANT INSERT ON outbox TO auth_service');
    expect(refused.errors).toHaveLength(1);
    expect(await kept()).toEqual(before);
  });

  it('of a rotation of the signing keys: the new key', async () => {
    await rotateSigningKeys(
      {
        databaseUrl: auth.database.ownerUrl,
        keyEncryptionSecret: 'a-key-encryption-secret-for-tests',
        accessTokenSeconds: 900,
      },
      testTelemetry('auth'),
    );
    const [key] = await auth.database.query<{ id: string }>(
      'SELECT id FROM signing_keys ORDER BY signs_from DESC',
    );
    expect(await told()).toMatchObject([
      { type: 'auth.signing_key.rotated', data: { keyId: key?.id }, actor: null, entities: [] },
    ]);
  });

  it('is nothing when nothing changes', async () => {
    await run(`verifyEmail(input: { token: "${await mailTokenOf(ada)}" }) { __typename }`);
    await run('logout(input: {}) { sessionId }', ada);
    await auth.database.query('DELETE FROM outbox');
    for (const [call, by] of [
      ['logout(input: {}) { sessionId }', ada],
      ['signOutEverywhere { endedSessions }', ada],
      [`reinstateUser(input: { userId: "${ada.id}" }) { __typename }`, admin],
      [`changeUserRole(input: { userId: "${ada.id}", role: CUSTOMER }) { __typename }`, admin],
      [`changeUserRole(input: { userId: "${admin.id}", role: CUSTOMER }) { __typename }`, admin],
      [`login(input: { email: "${ada.email}", password: "wrong wrong wrong" }) { __typename }`, undefined],
    ] as const) {
      expect((await run(call, by)).errors).toBeUndefined();
    }
    expect(await told()).toEqual([]);
  });
});
