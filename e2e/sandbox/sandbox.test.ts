import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { describeInChromium, launchChromium } from '../harness/chromium.js';
import { ROOT } from '../harness/root.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

const PATIENCE_MILLISECONDS = 20_000;

/** The tests go on from one another: one visitor, one page. */
describeInChromium('the sandbox', () => {
  let system: SystemUnderTest | undefined;
  let browser: Browser | undefined;
  let page: Page;
  let origin: string;
  /** What a page that is whole and keeps to itself never has. */
  const complaints: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
    system = await startSystemUnderTest();
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MILLISECONDS);
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) {
        complaints.push(message.text());
      }
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('requestfailed', (request) =>
      complaints.push(`${request.url()} ${request.failure()?.errorText}`),
    );
    await page.addInitScript({
      content: `addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        console.error('Content Security Policy: ' + violatedDirective + ' ' + blockedURI));`,
    });
    origin = new URL(system.endpoint).origin;
    await page.goto(`${origin}/`);
    await loaded('Supergraph');
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  /** Waits until the schema of a target is known to the editor. */
  async function loaded(target: string): Promise<void> {
    await page.locator('.sandbox-status[data-state=loaded]', { hasText: `${target} at ` }).waitFor();
  }

  async function show(panel: string): Promise<Locator> {
    const button = page.getByRole('button', { name: `Show ${panel}`, exact: true });
    if (await button.isVisible()) {
      await button.click();
    }
    const section = page.locator(`section[aria-label="${panel}"]`);
    await section.waitFor();
    return section;
  }

  /** Runs what the editor holds and waits until the answer shows this. */
  async function runAndSee(text: string | RegExp): Promise<void> {
    await page.locator('.graphiql-execute-button').click();
    await page.locator('.graphiql-response .view-lines', { hasText: text }).waitFor();
  }

  async function openExample(name: string): Promise<void> {
    const examples = await show('Examples');
    await examples.getByRole('button', { name: new RegExp(`^${name}\\b`) }).click();
    await page.locator('.graphiql-query-editor .view-lines', { hasText: name }).waitFor();
  }

  /** Types a query of this name, and waits until the editor knows it. */
  async function typeQuery(name: string, selection: string): Promise<void> {
    await page
      .locator('.graphiql-query-editor .monaco-editor')
      .first()
      .click({ position: { x: 150, y: 8 } });
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText(`query ${name} ${selection}`);
    await page.locator('.graphiql-tab-active', { hasText: name }).waitFor();
  }

  it('opens with the first example, which runs', async () => {
    await page.locator('.graphiql-query-editor .view-lines', { hasText: 'UserOverview' }).waitFor();
    await runAndSee('"UNAUTHORIZED_FIELD_OR_TYPE"');
  });

  it('offers every saved operation as an example', async () => {
    const examples = await show('Examples');
    const offered = await examples.getByRole('listitem').locator('strong').allTextContents();
    const saved = readdirSync(join(ROOT, 'schema', 'operations'))
      .filter((file) => file.endsWith('.graphql'))
      .map((file) => file.replace(/\.graphql$/, ''));
    expect([...offered].sort()).toEqual(saved.sort());
  });

  it('signs in at the press of a button', async () => {
    const panel = await show('Sign in');
    await panel.getByRole('button', { name: 'Sign in as Admin' }).click();
    await panel.getByText('Signed in as').waitFor();
    await page.locator('.sandbox-session[data-state=in]', { hasText: 'Admin' }).waitFor();
  });

  it('shows what all four services answer to one query', async () => {
    await openExample('UserOverview');
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.request().postData()?.includes('UserOverview') ?? false),
      runAndSee('customer@example.com'),
    ]);
    expect(await answer.json()).toEqual({
      extensions: { plan: expect.objectContaining({ operation: { name: 'UserOverview', type: 'query' } }) },
      data: {
        user: expect.objectContaining({
          email: 'customer@example.com',
          profile: expect.objectContaining({ displayName: expect.any(String) }),
          paymentSummary: expect.objectContaining({ sentCount: expect.any(Number) }),
          auditTrail: expect.objectContaining({ edges: expect.any(Array) }),
        }),
      },
    });
    await takePicture();
  });

  it('shows who owns which field', async () => {
    const panel = await show('Ownership');
    await panel.getByRole('searchbox', { name: 'Search types and fields' }).fill('User');
    const user = panel.locator('[data-type=User]');
    for (const name of ['auth', 'profile', 'payments', 'admin']) {
      await user.locator(`.sandbox-type-head [data-subgraph=${name}]`).waitFor();
    }
    await user.getByText('paymentSummary').first().waitFor();
  });

  it('opens a subgraph alone', async () => {
    requests.splice(0);
    await page.getByRole('radio', { name: 'payments' }).check({ force: true });
    await loaded('payments');
    await typeQuery('Alone', '{ payments(first: 1) { edges { node { status } } } }');
    await runAndSee('"edges"');
    expect(new URL(requests.at(-1) ?? '').pathname).toBe('/sandbox/subgraphs/payments');
    await page.getByRole('radio', { name: 'Supergraph' }).check({ force: true });
    await loaded('Supergraph');
  });

  it('signs out', async () => {
    const panel = await show('Sign in');
    await panel.getByRole('button', { name: 'Sign out' }).click();
    await page.locator('.sandbox-session[data-state=out]').waitFor();
    await typeQuery('Outside', '{ settings { key } }');
    await runAndSee('"UNAUTHORIZED_FIELD_OR_TYPE"');
  });

  it('asks nobody but the router, and has nothing to complain about', () => {
    const origins = new Set(requests.filter((url) => /^https?:/.test(url)).map((url) => new URL(url).origin));
    expect([...origins]).toEqual([origin]);
    expect(complaints).toEqual([]);
  });

  /** The picture of the documentation, made when `SANDBOX_PICTURE` names its file. */
  async function takePicture(): Promise<void> {
    const file = process.env['SANDBOX_PICTURE'];
    if (file === undefined) {
      return;
    }
    mkdirSync(join(file, '..'), { recursive: true });
    await show('Ownership');
    await page.getByRole('searchbox', { name: 'Search types and fields' }).fill('User');
    await page.locator('[data-type=User] [data-subgraph=admin]').first().waitFor();
    await page.screenshot({ path: file });
  }
});
