import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Browser, Page, Request } from 'playwright-core';
import { describeInChromium, launchChromium } from '../harness/chromium.js';
import { ask } from '../harness/graphql.js';
import { register, type Person } from '../harness/people.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

const PATIENCE_MILLISECONDS = 30_000;
const NEW_PASSWORD = 'eight louder lanterns';

describeInChromium('the pages that mails link to', () => {
  let system: SystemUnderTest | undefined;
  let browser: Browser | undefined;
  let page: Page;
  /** What every page of the test asked for, and from where. */
  const requests: Request[] = [];
  const usedTokens: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
    system = await startSystemUnderTest();
  });
  beforeEach(async () => {
    page = await (browser as Browser).newPage();
    page.setDefaultTimeout(PATIENCE_MILLISECONDS);
    page.context().on('request', (request) => requests.push(request));
    await page.goto(system?.system.developerUrl ?? '');
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  const endpoint = (): string => system?.endpoint ?? '';
  const result = (opened: Page, text: RegExp | string) =>
    opened.locator('#result', { hasText: text }).waitFor();

  /** Opens the newest mail of a subject to somebody, and follows its link. */
  async function followMail(subject: string, { email }: Person): Promise<{ opened: Page; link: string }> {
    const mail = page.locator('#mails details', { hasText: `${subject} → ${email}` }).first();
    await mail.waitFor();
    if ((await mail.getAttribute('open')) === null) {
      await mail.locator('summary').click();
    }
    const link = (await mail.locator('a').getAttribute('href')) ?? '';
    usedTokens.push(new URL(link).hash.replace('#token=', ''));
    const popup = page.waitForEvent('popup');
    await mail.locator('a').click();
    const opened = await popup;
    opened.setDefaultTimeout(PATIENCE_MILLISECONDS);
    return { opened, link };
  }
  const loginWith = async (email: string, password: string): Promise<string> =>
    (
      await ask(endpoint(), `mutation ($input: LoginInput!) { login(input: $input) { __typename } }`, {
        variables: { input: { email, password } },
      })
    ).data.login.__typename;

  it('verify the address of somebody who has registered, once', async () => {
    const person = await register(endpoint(), 'Link Follower');
    const isVerified = async () =>
      (await ask(endpoint(), '{ me { emailVerified } }', { token: person.token })).data.me.emailVerified;
    expect(await isVerified()).toBe(false);
    const { opened, link } = await followMail('Verify your e-mail address', person);
    await result(opened, 'Your e-mail address is verified.');
    expect(await isVerified()).toBe(true);
    expect(new URL(opened.url()).hash).toBe('');
    await opened.reload();
    await result(opened, 'open the link of the mail again');
    await opened.goto('about:blank');
    await opened.goto(link);
    await result(opened, /used|expired/);
  });

  it('set a new password, which is then the one that signs in', async () => {
    const person = await register(endpoint(), 'Forgetful Reader');
    await ask(
      endpoint(),
      `mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { __typename } }`,
      { variables: { input: { email: person.email } } },
    );
    const { opened, link } = await followMail('Set a new password', person);
    const set = async (newPassword: string, repeated = newPassword) => {
      await opened.getByLabel('New password').fill(newPassword);
      await opened.getByLabel('The same again').fill(repeated);
      await opened.getByRole('button', { name: 'Set it' }).click();
    };
    await set(NEW_PASSWORD, 'another');
    await result(opened, 'The two passwords differ.');
    expect(new URL(opened.url()).hash).toBe('');
    await set('short');
    await result(opened, /12 characters/);
    await set(NEW_PASSWORD);
    await result(opened, 'Your password is set');
    expect(await loginWith(person.email, person.password)).toBe('InvalidCredentialsProblem');
    expect(await loginWith(person.email, NEW_PASSWORD)).toBe('SignedIn');
    await opened.goto('about:blank');
    await opened.goto(link);
    await set(`${NEW_PASSWORD} again`);
    await result(opened, /used|expired/);
    expect(await loginWith(person.email, NEW_PASSWORD)).toBe('SignedIn');
  });

  it('tell the token to the graph alone: to no address, no Referer and no log', () => {
    expect(usedTokens).toHaveLength(2);
    expect(usedTokens.every((token) => token.length === 43)).toBe(true);
    const seen = requests.map((request) => [request.url().split('#')[0], request.headers()]);
    expect(seen.length).toBeGreaterThan(10);
    const logs = ['router', 'auth'].map((name) => readFileSync(system?.system.folder.logFile(name) ?? ''));
    expect(logs.every((log) => log.length > 0)).toBe(true);
    for (const token of usedTokens) {
      expect(JSON.stringify(seen)).not.toContain(token);
      expect(logs.some((log) => log.includes(token))).toBe(false);
    }
    // Chromium tells of one that is not sent as an empty one.
    const referers = requests.map((request) => request.headers()['referer'] ?? '');
    expect(referers.filter((referer) => referer !== '')).toEqual([]);
  });

  it('may be framed by nobody, and ask the graph for their own visitors only', async () => {
    const url = system?.system.developerUrl ?? '';
    for (const path of ['/verify-email', '/reset-password']) {
      const { headers } = await fetch(`${url}${path}`);
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('cache-control')).toBe('no-store');
    }
    const foreign = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    expect(foreign.status).toBe(403);
  });
});
