import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startDemo, type Demo } from '@supergraph/cli';
import type { Browser, Page } from 'playwright-core';
import { describeInChromium, launchChromium } from '../harness/chromium.js';
import { ROOT } from '../harness/root.js';

/** A busy machine takes its time for each step. */
const STEP_MILLISECONDS = 180_000;

describeInChromium('the demonstration of a service that leaves the shared database', () => {
  let demo: Demo | undefined;
  let browser: Browser | undefined;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
    demo = await startDemo({ port: 0 });
    page = await browser.newPage({ viewport: { width: 1280, height: 1100 }, colorScheme: 'light' });
    page.setDefaultTimeout(STEP_MILLISECONDS);
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(demo.url);
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
  }, 120_000);

  const done = (step: string) => page.locator(`#steps li.done[data-step="${step}"]`).waitFor();
  const running = (step: string) => page.locator(`#steps li.running[data-step="${step}"]`).waitFor();
  const place = () => page.locator('#services tr[data-service="payments"] td').nth(1).textContent();
  const countOf = async (id: string) => Number((await page.locator(id).textContent())?.replaceAll(',', ''));
  const image = async (name: string) => {
    mkdirSync(join(ROOT, 'docs', 'images'), { recursive: true });
    if (process.env['SUPERGRAPH_WRITE_IMAGES'] === 'true') {
      await page.screenshot({ path: join(ROOT, 'docs', 'images', `${name}.png`) });
    }
  };

  it('waits for somebody to press the button', async () => {
    await page.getByRole('button', { name: 'Start', exact: true }).waitFor();
    expect(await page.locator('#steps li.waiting').count()).toBe(9);
    expect(await countOf('#answered')).toBe(0);
    const foreign = await fetch(`${demo?.url}/start`, { method: 'POST' });
    expect(foreign.status).toBe(403);
  });

  it('moves payments while people use it, and nobody notices', async () => {
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await done('compare');
    expect(await place()).toBe('shared');
    await done('move');
    expect(await page.locator('li[data-step="move"] pre').textContent()).toMatch(
      /clients were held for \d+ ms/,
    );
    await running('own');
    expect(await place()).toBe('its own');
    expect(await countOf('#answered')).toBeGreaterThan(50);
    expect(await countOf('#failed')).toBe(0);
  }, 600_000);

  it('kills the database: only what payments answers fails, and it comes back by itself', async () => {
    await done('kill');
    await running('recover');
    await image('demo-split');
    await done('recover');
    expect(await place()).toBe('its own');
    for (const service of ['auth', 'profile', 'admin']) {
      expect(await page.locator(`#services tr[data-service="${service}"] td`).nth(3).textContent()).toBe('0');
    }
  }, 600_000);

  it('moves payments back; every acknowledged write is there and both sides agree', async () => {
    await done('verify');
    expect(await place()).toBe('shared');
    const verdict = await page.locator('#verdict').textContent();
    expect(verdict).toMatch(/^All [\d,]+ acknowledged writes are there\. Both databases agree/);
    expect(verdict).toContain(', 0 at any other time.');
    expect(await countOf('#acknowledged')).toBeGreaterThan(50);
    expect(await countOf('#found')).toBe(await countOf('#acknowledged'));
    expect(await page.locator('#tables tr', { hasText: 'yes' }).count()).toBe(
      await page.locator('#tables tr').count(),
    );
    expect(await page.locator('#tables tr').count()).toBeGreaterThan(3);
  }, 600_000);

  it('fits a telephone, light and dark', async () => {
    await page.setViewportSize({ width: 400, height: 900 });
    const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await background();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background()).not.toBe(light);
  });

  it('has no complaint in the console', () => {
    expect(complaints).toEqual([]);
  });
});
