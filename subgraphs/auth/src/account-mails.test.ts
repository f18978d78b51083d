import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PASSWORD, startAuthUnderTest, type AuthUnderTest } from './auth-test-service.js';

const PROBLEM = '... on Problem { code } ... on InvalidInputProblem { fields { path } }';
const REQUEST_VERIFICATION = `mutation ($input: RequestEmailVerificationInput!) {
  answer: requestEmailVerification(input: $input) { __typename ... on MailRequested { message } ${PROBLEM} } }`;
const REQUEST_RESET = `mutation ($input: RequestPasswordResetInput!) {
  answer: requestPasswordReset(input: $input) { __typename ... on MailRequested { message } ${PROBLEM} } }`;
const VERIFY = `mutation ($input: VerifyEmailInput!) {
  answer: verifyEmail(input: $input) { __typename ... on EmailVerified { user { id email } } ... on Problem { code } } }`;
const RESET = `mutation ($input: ResetPasswordInput!) { answer: resetPassword(input: $input) { __typename ${PROBLEM} } }`;
const NEXT = 'eight louder lanterns';

let auth: AuthUnderTest;
beforeAll(async () => {
  auth = await startAuthUnderTest({ SUPERGRAPH_MODE: 'embedded', AUTH_MAIL_REQUESTS_PER_HOUR: '5' });
});
afterAll(() => auth.stop());

const ask = async (document: string, input: object, token?: string) =>
  (await auth.client.query(document, { variables: { input }, token })).data.answer;
interface StoredMail {
  readonly recipient: string;
  readonly subject: string;
  readonly body: string;
}
const mailsTo = (email: string) =>
  auth.database.query<StoredMail>('SELECT * FROM outgoing_mails WHERE recipient = $1 ORDER BY id', [email]);
/** Waits for the mail number `count` to an address; mails are written after the answer, one after the other. */
async function mailTo(email: string, count: number): Promise<StoredMail> {
  for (;;) {
    const mail = (await mailsTo(email))[count - 1];
    if (mail !== undefined) {
      return mail;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const tokenIn = (mail: StoredMail): string => /#token=([\w-]{43})\n/.exec(mail.body)?.[1] ?? '';
async function resetTokenFor(email: string): Promise<string> {
  await ask(REQUEST_RESET, { email });
  for (;;) {
    const mail = (await mailsTo(email)).find(({ subject }) => subject === 'Set a new password');
    if (mail !== undefined) {
      return tokenIn(mail);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const isVerified = async (email: string) =>
  (await auth.database.query('SELECT 1 FROM users WHERE email = $1 AND email_verified', [email])).length ===
  1;

describe('Mutation.verifyEmail', () => {
  it('verifies by the mail of the registration, once', async () => {
    const user = await auth.register('verify@example.com');
    const mail = await mailTo('verify@example.com', 1);
    expect(mail.body).toContain('http://localhost:4010/verify-email#token=');
    const token = tokenIn(mail);
    expect(await ask(VERIFY, { token })).toEqual({
      __typename: 'EmailVerified',
      user: { id: user.id, email: null },
    });
    expect(await isVerified(user.email)).toBe(true);
    expect((await ask(VERIFY, { token })).code).toBe('INVALID_TOKEN');
  });

  it('refuses tokens that are unknown, expired, replaced or of another purpose, and changes nobody', async () => {
    const { email, id } = await auth.register('refused@example.com');
    const replaced = tokenIn(await mailTo(email, 1));
    await ask(REQUEST_VERIFICATION, { email: 'Refused@Example.com' });
    const expired = tokenIn(await mailTo(email, 2));
    await auth.database.query('UPDATE single_use_tokens SET expires_at = now() WHERE user_id = $1', [id]);
    const reset = await resetTokenFor(email);
    const before = [await auth.rowsOf('users'), await auth.rowsOf('single_use_tokens')];
    for (const token of ['', 'nonsense\u0000', 'a'.repeat(43), replaced, expired, reset]) {
      expect((await ask(VERIFY, { token })).code).toBe('INVALID_TOKEN');
    }
    expect([await auth.rowsOf('users'), await auth.rowsOf('single_use_tokens')]).toEqual(before);
  });
});

describe('Mutation.requestPasswordReset and Mutation.requestEmailVerification', () => {
  it('answer the same, with as many statements, for known, unknown, suspended and verified addresses', async () => {
    const [known, suspended] = [
      await auth.register('known@example.com'),
      await auth.register('closed@example.com'),
    ];
    await mailTo(known.email, 1);
    await mailTo(suspended.email, 1);
    await auth.database.query("UPDATE users SET status = 'SUSPENDED' WHERE id = $1", [suspended.id]);
    await auth.database.query('UPDATE users SET email_verified = true WHERE id = $1', [known.id]);
    const answers = [];
    for (const document of [REQUEST_RESET, REQUEST_VERIFICATION]) {
      for (const email of ['unknown@example.com', suspended.email, known.email]) {
        const { data, sqlStatements } = await auth.client.query(document, {
          variables: { input: { email } },
        });
        answers.push({ ...data.answer, sqlStatements });
      }
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ __typename: 'MailRequested' });
    const sentLast = await auth.register('last@example.com');
    await mailTo(sentLast.email, 1);
    expect((await mailsTo(known.email)).map(({ subject }) => subject)).toEqual([
      'Verify your e-mail address',
      'Set a new password',
    ]);
    expect(await mailsTo(suspended.email)).toHaveLength(1);
    expect(await mailsTo('unknown@example.com')).toHaveLength(0);
  });

  it('send three mails of a kind to one address in an hour, without telling', async () => {
    const { email } = await auth.register('flood@example.com');
    for (let turn = 0; turn < 5; turn += 1) {
      expect((await ask(REQUEST_RESET, { email })).__typename).toBe('MailRequested');
    }
    await mailTo((await auth.register('after-flood@example.com')).email, 1);
    expect(await mailsTo(email)).toHaveLength(1 + 3);
  });

  it('refuse what is no address, and one client that asks too often', async () => {
    expect(await ask(REQUEST_RESET, { email: 'nobody' })).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await ask(REQUEST_VERIFICATION, { email: '' })).toMatchObject({ fields: [{ path: 'email' }] });
    const codes = [];
    for (let turn = 0; turn < 6; turn += 1) {
      const { data } = await auth.clientAt('203.0.113.5')(REQUEST_RESET, {
        variables: { input: { email: `nobody-${turn}@example.com` } },
      });
      codes.push(data.answer.code as string | undefined);
    }
    expect(codes).toEqual([...Array.from({ length: 5 }, () => undefined), 'TOO_MANY_ATTEMPTS']);
  });

  it('keep no token in clear outside the mail', async () => {
    const { email } = await auth.register('in-clear@example.com');
    const token = await resetTokenFor(email);
    expect(token).toHaveLength(43);
    expect(JSON.stringify(await auth.rowsOf('single_use_tokens'))).not.toContain(token);
  });
});

describe('Mutation.resetPassword', () => {
  it('sets the password, ends every session, verifies the address and opens a locked account', async () => {
    const { email, id } = await auth.register('reset@example.com');
    for (let turn = 0; turn < 5; turn += 1) {
      await auth.login(email, 'not the password');
    }
    expect(await auth.login(email)).toBeUndefined();
    const token = await resetTokenFor(email);
    expect((await ask(RESET, { token, newPassword: NEXT })).__typename).toBe('PasswordReset');
    const live = await auth.database.query(
      'SELECT 1 FROM sessions WHERE user_id = $1 AND revoked_at IS NULL',
      [id],
    );
    expect(live).toHaveLength(0);
    expect(await auth.login(email, PASSWORD)).toBeUndefined();
    expect(await auth.login(email, NEXT)).toBeDefined();
    expect(await isVerified(email)).toBe(true);
  });

  it('leaves the token good when the new password is not', async () => {
    const { email } = await auth.register('bad-password@example.com');
    const token = await resetTokenFor(email);
    const before = [await auth.rowsOf('users'), await auth.rowsOf('single_use_tokens')];
    expect(await ask(RESET, { token, newPassword: 'short' })).toMatchObject({
      code: 'INVALID_INPUT',
      fields: [{ path: 'newPassword' }],
    });
    expect([await auth.rowsOf('users'), await auth.rowsOf('single_use_tokens')]).toEqual(before);
    expect((await ask(RESET, { token, newPassword: NEXT })).__typename).toBe('PasswordReset');
  });

  it('lets one of six at once use a token', async () => {
    const { email } = await auth.register('six@example.com');
    const token = await resetTokenFor(email);
    const answers = await auth.collide(
      'single_use_tokens',
      Array.from({ length: 6 }, (_, index) => () => ask(RESET, { token, newPassword: `${NEXT} ${index}` })),
    );
    const won = answers.map(({ __typename }) => __typename === 'PasswordReset');
    expect(won.filter((isWinner) => isWinner)).toHaveLength(1);
    expect(await auth.login(email, `${NEXT} ${won.indexOf(true)}`)).toBeDefined();
  });

  it('refuses a suspended account’s token', async () => {
    const { email, id } = await auth.register('then-closed@example.com');
    const token = await resetTokenFor(email);
    await auth.database.query("UPDATE users SET status = 'SUSPENDED' WHERE id = $1", [id]);
    const before = await auth.rowsOf('users');
    expect((await ask(RESET, { token, newPassword: NEXT })).code).toBe('INVALID_TOKEN');
    expect(await auth.rowsOf('users')).toEqual(before);
  });
});

describe('GET /developer/mails', () => {
  it('shows mails on this machine by its own names, on the embedded default only', async () => {
    const { email } = await auth.register('page@example.com');
    await mailTo(email, 1);
    const response = await fetch(`${auth.url}/developer/mails`);
    const { mails } = (await response.json()) as { mails: ReadonlyArray<StoredMail> };
    expect(mails[0]).toMatchObject({ recipient: email, subject: 'Verify your e-mail address' });
    const production = await auth.startReplica({ SUPERGRAPH_MODE: 'production' });
    expect((await fetch(`${production.url}/developer/mails`)).status).toBe(404);
    await production.stop();
  });
});
