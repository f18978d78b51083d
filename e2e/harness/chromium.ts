import { describe } from '@jest/globals';
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Where Debian and Ubuntu, Fedora and macOS keep a browser that Playwright can drive. */
const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The browser's program: `CHROMIUM_PATH`, else where it usually is; undefined when there is none. */
function findChromium(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  return named === undefined || named === '' ? USUAL_PLACES.find((path) => existsSync(path)) : named;
}

const program = findChromium();
const isDemanded = process.env['CI'] === 'true';

/** Describes tests in a browser. Without one they are left out, which is said; not where `CI=true` demands them. */
export function describeInChromium(name: string, tests: () => void): void {
  if (program === undefined && !isDemanded) {
    process.stderr.write(
      'Skipped: there is no Chromium here. Install it (apt-get install chromium), or name one in CHROMIUM_PATH.\n',
    );
  }
  (program !== undefined || isDemanded ? describe : describe.skip)(name, tests);
}

/**
 * Starts it without a window and without asking anybody on the network for anything of its own.
 *
 * @throws when there is none
 */
export async function launchChromium(): Promise<Browser> {
  if (program === undefined) {
    throw new Error('CI=true demands a Chromium: install it, or name one in CHROMIUM_PATH.');
  }
  return chromium.launch({
    executablePath: program,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
