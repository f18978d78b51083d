import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import type { Browser, Locator, Page } from 'playwright-core';
import { describeInChromium, launchChromium } from '../harness/chromium.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

const PATIENCE_MILLISECONDS = 60_000;

describeInChromium('the tab of the plan', () => {
  let system: SystemUnderTest | undefined;
  let browser: Browser | undefined;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
    system = await startSystemUnderTest();
    page = await (await browser.newContext({ viewport: { width: 1280, height: 860 } })).newPage();
    page.setDefaultTimeout(PATIENCE_MILLISECONDS);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') {
        complaints.push(message.text());
      }
    });
    await page.goto(`${new URL(system.endpoint).origin}/`);
    await page.locator('.sandbox-status[data-state=loaded]').waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  async function show(panel: string): Promise<Locator> {
    const button = page.getByRole('button', { name: `Show ${panel}`, exact: true });
    if (await button.isVisible()) {
      await button.click();
    }
    const section = page.locator(`section[aria-label="${panel}"]`);
    await section.waitFor();
    return section;
  }

  async function picture(name: string): Promise<void> {
    const folder = process.env['PLAN_PICTURES'];
    if (folder !== undefined) {
      mkdirSync(folder, { recursive: true });
      await page.screenshot({ path: `${folder}/${name}.png` });
    }
  }

  /** Runs the operation once more as if it took this long: 1,000 has a number of the scale at its very end. */
  async function runFor(totalMilliseconds: number): Promise<void> {
    await page.route('**/graphql', async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as { extensions: { plan: Record<string, unknown> } };
      answer.extensions.plan['totalMilliseconds'] = totalMilliseconds;
      await route.fulfill({ response, json: answer });
    });
    await page.locator('.graphiql-execute-button').click();
    await page.locator('.sandbox-plan-axis', { hasText: String(totalMilliseconds) }).waitFor();
    await page.unroute('**/graphql');
  }

  it('draws every fetch of what ran last, and leaves the answer as it is', async () => {
    const login = await show('Sign in');
    await login.getByRole('button', { name: 'Sign in as Admin' }).click();
    await login.getByText('Signed in as').waitFor();
    await page.locator('.graphiql-execute-button').click();
    await page.locator('.graphiql-response .view-lines', { hasText: 'customer@example.com' }).waitFor();
    const panel = await show('Plan');
    await panel.getByText('UserOverview').waitFor();
    const fetches = panel.locator('.sandbox-plan-fetch');
    const subgraphs = await fetches.evaluateAll((all) =>
      all.map((each) => each.getAttribute('data-subgraph')),
    );
    expect(new Set(subgraphs)).toEqual(new Set(['auth', 'profile', 'payments', 'admin']));
    expect(await fetches.first().locator('.sandbox-plan-facts').textContent()).toMatch(/\d+ SQL/);
    for (const bar of await panel.locator('.sandbox-plan-bar').all()) {
      expect((await bar.boundingBox())?.width).toBeGreaterThan(0);
    }
    const answer = await page.locator('.graphiql-response .view-lines').textContent();
    expect(answer).not.toContain('planMilliseconds');
  });

  it('shows what was asked of a subgraph', async () => {
    const panel = await show('Plan');
    await panel.locator('.sandbox-plan-fetch[data-subgraph=payments]').first().click();
    const details = panel.locator('section[aria-label="Fetch from payments"]');
    await details.getByText('_entities').first().waitFor();
    await details.getByText('SQL statements').waitFor();
    await picture('plan-tab');
  });

  it('can be read in the dark and in a narrow window', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await picture('plan-tab-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await runFor(1_000);
    await page.setViewportSize({ width: 420, height: 860 });
    const panel = await show('Plan');
    const overflow = await panel.evaluate((element) => element.scrollWidth - element.clientWidth);
    await picture('plan-tab-narrow');
    expect(overflow).toBeLessThanOrEqual(1);
    expect(complaints).toEqual([]);
  });
});
