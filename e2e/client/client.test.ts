import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  AuditLogDocument,
  CancelPaymentDocument,
  createClient,
  CreatePaymentDocument,
  LoginDocument,
  LogoutDocument,
  MyPaymentsDocument,
  RefreshSessionDocument,
  RegisterDocument,
  SettingsDocument,
  TransportError,
  UpdateProfileDocument,
  UpdateSettingDocument,
  UserDirectoryDocument,
  UserOverviewDocument,
  ViewerDocument,
  type Client,
  type GraphQLResult,
} from '@supergraph/schema/client';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

let system: SystemUnderTest;
/** The tokens as a frontend keeps them: read anew for each request. */
let accessToken: string | undefined;
let refreshToken = '';
let client: Client;
beforeAll(async () => {
  system = await startSystemUnderTest();
  client = createClient({ url: system.endpoint, token: () => accessToken });
});
afterAll(() => system.stop());

/** The data of an answer without errors. */
function dataOf<TData>({ data, errors }: GraphQLResult<TData>): TData {
  expect(errors).toEqual([]);
  if (data === null || data === undefined) {
    throw new Error('The answer has no data.');
  }
  return data;
}

/** The member of a union that is expected; any other fails the test with what it holds. */
function as<Member extends { readonly __typename: string }, Name extends Member['__typename']>(
  member: Member | null | undefined,
  name: Name,
): Extract<Member, { readonly __typename: Name }> {
  expect(member).toMatchObject({ __typename: name });
  return member as Extract<Member, { readonly __typename: Name }>;
}

/** The tests go on from one another, as a visit to a frontend does. */
describe('a newcomer’s visit', () => {
  let userId = '';
  let version = 0;
  let paymentId = '';
  const request = {
    amount: { amount: '12.50', currency: 'EUR' },
    description: 'Two tickets',
    idempotencyKey: 'tickets-1',
  };

  it('registers and is signed in', async () => {
    const input = { email: 'mira@example.com', password: 'seven quiet lanterns', name: 'Mira Holm' };
    const signedIn = as(dataOf(await client.execute(RegisterDocument, { input })).register, 'SignedIn');
    expect(signedIn.user).toMatchObject({ email: input.email, name: input.name, emailVerified: false });
    ({ accessToken, refreshToken } = signedIn);
    const again = await client.execute(RegisterDocument, { input: { ...input, email: 'MIRA@example.com' } });
    as(dataOf(again).register, 'EmailTakenProblem');
  });

  it('sees who they are, with a profile that was made at first need', async () => {
    const { me } = dataOf(await client.execute(ViewerDocument));
    expect(me).toMatchObject({ email: 'mira@example.com', role: 'CUSTOMER', profile: { version: 1 } });
    userId = me?.id ?? '';
    version = me?.profile?.version ?? 0;
  });

  it('edits the profile, and is told when somebody was quicker', async () => {
    const write = async (bio: string, expectedVersion: number) =>
      dataOf(await client.execute(UpdateProfileDocument, { input: { bio, expectedVersion } })).updateProfile;
    const updated = as(await write('Grows tomatoes.', version), 'Profile');
    expect(updated).toMatchObject({ bio: 'Grows tomatoes.', version: version + 1 });
    const stale = as(await write('Written in another tab.', version), 'StaleVersionProblem');
    expect(stale).toMatchObject({ currentVersion: version + 1, message: expect.any(String) });
    const repeated = as(await write('Written in another tab.', stale.currentVersion), 'Profile');
    expect(repeated).toMatchObject({ bio: 'Written in another tab.', version: version + 2 });
  });

  it('pays once, however often the request is sent', async () => {
    const pay = async (input: typeof request) =>
      dataOf(await client.execute(CreatePaymentDocument, { input })).createPayment;
    const [first, second] = await Promise.all([pay(request), pay(request)]);
    const payment = as(first, 'Payment');
    expect(payment).toMatchObject({ status: 'PENDING', amount: request.amount, description: 'Two tickets' });
    expect(as(second, 'Payment').id).toBe(payment.id);
    expect(as(await pay(request), 'Payment')).toEqual(payment);
    paymentId = payment.id;
    const other = as(
      await pay({ ...request, amount: { amount: '99.00', currency: 'EUR' } }),
      'IdempotencyConflictProblem',
    );
    expect(other.message).toEqual(expect.any(String));
    const unfit = as(
      await pay({ ...request, amount: { amount: '1.005', currency: 'EUR' }, idempotencyKey: 'tickets-2' }),
      'InvalidInputProblem',
    );
    expect(unfit.fields).toEqual([expect.objectContaining({ message: expect.any(String) })]);
    expect(
      await system.query('payments', 'SELECT amount::text, currency FROM payments WHERE user_id = $1', [
        userId,
      ]),
    ).toEqual([{ amount: '12.5000', currency: 'EUR' }]);
  });

  it('pages through the payments, newest first', async () => {
    const made = [paymentId];
    for (let number = 2; number <= 5; number += 1) {
      const input = { ...request, idempotencyKey: `page-${number}` };
      const { createPayment } = dataOf(await client.execute(CreatePaymentDocument, { input }));
      made.push(as(createPayment, 'Payment').id);
    }
    const pages: string[][] = [];
    let after: string | null | undefined;
    for (let more = true; more && pages.length < 10;) {
      const { payments } = dataOf(
        await client.execute(MyPaymentsDocument, { first: 2, ...(after ? { after } : {}) }),
      );
      pages.push((payments?.edges ?? []).map(({ node }) => node.id));
      more = payments?.pageInfo.hasNextPage ?? false;
      after = payments?.pageInfo.endCursor;
    }
    expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(pages.flat()).toEqual([...made].reverse());
  });

  it('cancels the payment once', async () => {
    const cancel = async () =>
      dataOf(await client.execute(CancelPaymentDocument, { input: { paymentId, reason: 'Ill' } }))
        .cancelPayment;
    const cancelled = as(await cancel(), 'Payment');
    expect(cancelled.status).toBe('CANCELLED');
    expect(cancelled.transitions?.at(-1)).toMatchObject({ from: 'PENDING', to: 'CANCELLED', reason: 'Ill' });
    expect(as(await cancel(), 'IllegalTransitionProblem')).toMatchObject({
      from: 'CANCELLED',
      to: 'CANCELLED',
    });
  });

  it('stays signed in by the refresh token, until the end', async () => {
    const refresh = async (token: string) =>
      dataOf(await client.execute(RefreshSessionDocument, { input: { refreshToken: token } })).refreshSession;
    const refreshed = as(await refresh(refreshToken), 'SignedIn');
    expect(refreshed.refreshToken).not.toBe(refreshToken);
    ({ accessToken, refreshToken } = refreshed);
    expect(dataOf(await client.execute(ViewerDocument)).me?.id).toBe(userId);
    const { logout } = dataOf(await client.execute(LogoutDocument, { input: { refreshToken } }));
    expect(logout?.sessionId).toEqual(expect.any(String));
    // The router knows within moments that this session has ended, and would refuse its access token.
    accessToken = undefined;
    const refused = as(await refresh(refreshToken), 'InvalidRefreshTokenProblem');
    expect(refused.message).toEqual(expect.any(String));
    expect(dataOf(await client.execute(ViewerDocument)).me).toBeNull();
    const { data, errors } = await client.execute(MyPaymentsDocument, { first: 1 });
    expect(data?.payments ?? null).toBeNull();
    expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
  });
});

describe('an admin’s visit', () => {
  let adminId = '';

  it('signs in, and is refused with a wrong password', async () => {
    const login = async (password: string) =>
      dataOf(await client.execute(LoginDocument, { input: { email: 'admin@example.com', password } })).login;
    as(await login('violet-harbor-42-lanterns'), 'InvalidCredentialsProblem');
    const signedIn = as(await login('violet-harbor-42-lantern'), 'SignedIn');
    expect(signedIn.user?.role).toBe('ADMIN');
    accessToken = signedIn.accessToken;
    adminId = signedIn.user?.id ?? '';
  });

  it('looks a user up in all four services', async () => {
    const { users } = dataOf(
      await client.execute(UserDirectoryDocument, { first: 5, filter: { role: 'CUSTOMER' } }),
    );
    expect(users?.edges).toHaveLength(5);
    const [customer] = await system.query<{ id: string }>(
      'auth',
      "SELECT id FROM users WHERE email = 'customer@example.com'",
    );
    const { user } = dataOf(await client.execute(UserOverviewDocument, { id: customer?.id ?? '' }));
    expect(user).toMatchObject({
      email: 'customer@example.com',
      profile: { handle: expect.any(String) },
      auditTrail: { edges: expect.any(Array) },
    });
    expect(user?.payments?.edges.length).toBe(10);
    expect(user?.paymentSummary?.sentCount).toBeGreaterThan(0);
  });

  it('changes a setting, which the audit log tells', async () => {
    const { settings } = dataOf(await client.execute(SettingsDocument));
    const setting = settings?.find(({ type }) => type === 'BOOLEAN');
    if (setting === undefined) {
      throw new Error('There is no setting of type BOOLEAN.');
    }
    const change = { key: setting.key, value: setting.value !== true, expectedVersion: setting.version };
    const write = async (input: typeof change) =>
      dataOf(await client.execute(UpdateSettingDocument, { input })).updateSetting;
    const updated = as(await write(change), 'Setting');
    expect(updated).toMatchObject({
      value: change.value,
      version: setting.version + 1,
      updatedBy: { id: adminId },
    });
    const stale = as(await write(change), 'StaleVersionProblem');
    expect(stale.currentVersion).toBe(setting.version + 1);
    const { auditEntries } = dataOf(await client.execute(AuditLogDocument, { first: 5 }));
    const about = auditEntries?.edges.filter(({ node }) => node.resourceId === setting.key) ?? [];
    expect(about).toHaveLength(1);
    expect(about[0]?.node).toMatchObject({
      actor: { id: adminId, role: 'ADMIN' },
      details: expect.anything(),
    });
  });

  it('is not what a customer may do', async () => {
    const { login } = dataOf(
      await client.execute(LoginDocument, {
        input: { email: 'customer@example.com', password: 'violet-harbor-42-lantern' },
      }),
    );
    accessToken = as(login, 'SignedIn').accessToken;
    const { data, errors } = await client.execute(AuditLogDocument, { first: 1 });
    expect(data?.auditEntries ?? null).toBeNull();
    expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
  });
});

describe('an endpoint that is not there', () => {
  it('is told apart from an answer with errors', async () => {
    const answering = createClient({ url: system.endpoint.replace('/graphql', '/elsewhere') });
    const { data, errors } = await answering.execute(ViewerDocument);
    expect([data, errors.length]).toEqual([undefined, 1]);
    // Port 1 is nobody's.
    const silent = createClient({ url: 'http://127.0.0.1:1/graphql', timeoutMilliseconds: 5_000 });
    await expect(silent.execute(ViewerDocument)).rejects.toThrow(TransportError);
  });
});
