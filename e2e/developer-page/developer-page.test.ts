import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { describeInChromium, launchChromium } from '../harness/chromium.js';
import { pay, register } from '../harness/people.js';
import { ROOT } from '../harness/root.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

const PATIENCE_MILLISECONDS = 30_000;

describeInChromium('the page for developers', () => {
  let system: SystemUnderTest | undefined;
  let browser: Browser | undefined;
  let page: Page;
  let url: string;
  let paymentId: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
    // Nothing moves by itself, so that the buttons do.
    system = await startSystemUnderTest({ environment: { PAYMENTS_WORKER: 'false' } });
    url = system.system.developerUrl;
    const person = await register(system.endpoint, 'Mail Reader');
    const payment = await pay(system.endpoint, person.token, {
      description: '<img src=x onerror=alert(1)>',
    });
    paymentId = payment.id ?? '';
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(PATIENCE_MILLISECONDS);
    page.on('console', (message) => {
      // A refusal that a button asks for shows as a failed resource.
      if (message.type() === 'error' && !message.text().includes('Failed to load resource')) {
        complaints.push(message.text());
      }
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(url);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  const row = () => page.locator('.payment', { hasText: paymentId });
  const press = (name: string) => row().getByRole('button', { name, exact: true }).click();
  const said = (text: RegExp) => page.locator('#log li', { hasText: text }).first().waitFor();

  it('shows the mails with links to follow', async () => {
    const link = page.locator('#mails a').first();
    await link.waitFor();
    expect(await link.getAttribute('href')).toMatch(/^http:\/\/localhost:\d+\/.*token=/);
  });

  it('shows the payment, and nothing that somebody typed as markup', async () => {
    await row().waitFor();
    expect(await row().textContent()).toContain('12.50 EUR PENDING INSTANT');
    expect(await page.locator('#payments img').count()).toBe(0);
    mkdirSync(join(ROOT, 'docs', 'images'), { recursive: true });
    if (process.env['SUPERGRAPH_WRITE_IMAGES'] === 'true') {
      await page.screenshot({ path: join(ROOT, 'docs', 'images', 'developer-page.png') });
    }
  });

  it('fires webhooks: a wrong signature and an old timestamp are refused', async () => {
    await press('webhook, wrong signature');
    await said(/wrong signature.*40[0-9]/);
    await press('webhook, old timestamp');
    await said(/old timestamp.*40[0-9]/);
    expect(await row().textContent()).toContain('PENDING');
  });

  it('runs a due payment, and a webhook that comes twice completes it once', async () => {
    await press('run now');
    await said(/ran/);
    const state = async (): Promise<string | undefined> =>
      (
        await system?.query<{ status: string }>(
          'payments',
          'SELECT status::text FROM payments WHERE id = $1',
          [paymentId],
        )
      )?.[0]?.status;
    expect(['PROCESSING', 'COMPLETED']).toContain(await state());
    if ((await state()) === 'PROCESSING') {
      await press('webhook, twice');
      await said(/twice.*200.*200/);
    }
    expect(await state()).toBe('COMPLETED');
    const entries = await system?.query('payments', 'SELECT 1 FROM ledger_entries WHERE payment_id = $1', [
      paymentId,
    ]);
    expect(entries?.length).toBeGreaterThan(0);
  });

  it('takes orders from its own page only, and answers to this machine’s names only', async () => {
    const foreign = await fetch(`${url}/services/payments/developer/payments/${paymentId}/run`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(foreign.status).toBe(403);
    expect((await fetch(`${url}/services/payments/graphql`)).status).toBe(404);
    expect((await fetch(`${url}/services/nobody/developer/mails`)).status).toBe(404);
  });

  it('has no complaint in the console', () => {
    expect(complaints).toEqual([]);
  });
});
