import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findListening } from '../harness/addresses.js';
import { copyCheckout, type Checkout } from '../harness/checkout.js';
import { createReader, type Reader } from './follow.js';
import { readGuide, readLinks } from './guide.js';

const SERVICE = 'reviews';
const guideFile = fileURLToPath(new URL('../../docs/adding-a-service.md', import.meta.url));
const guide = readFileSync(guideFile, 'utf8');
const chapters = readGuide(guide);

let checkout: Checkout;
let reader: Reader;
let before: ReadonlyMap<string, string>;

beforeAll(() => {
  checkout = copyCheckout();
  before = fingerprints(checkout.folder);
  reader = createReader(checkout, SERVICE);
});
afterAll(async () => {
  // When a chapter failed the system may still run.
  await reader.pressCtrlC();
  checkout.remove();
});

describe('docs/adding-a-service.md, followed word by word', () => {
  let isStuck = false;

  it.each(chapters)(
    '$heading',
    async ({ steps }) => {
      if (isStuck) {
        throw new Error('A chapter before this one failed.');
      }
      isStuck = true;
      for (const step of steps) {
        await reader.follow(step);
      }
      const ended = await reader.pressCtrlC();
      if (ended !== undefined) {
        expect(ended.addresses.length).toBeGreaterThan(10);
        expect(await findListening(ended.addresses)).toEqual([]);
      }
      isStuck = false;
    },
    180_000,
  );

  it('touches the files that it names, and no others outside of the service’s folder', () => {
    const named = /^Commit the folder(.*)$/m.exec(guide)?.[1] ?? '';
    const files = [...named.matchAll(/`([^`]+)`/g)].map(([, file]) => file);
    expect(files.length).toBeGreaterThan(0);
    const changed = [...fingerprints(checkout.folder)]
      .filter(([file, print]) => before.get(file) !== print)
      .map(([file]) => file)
      .filter((file) => !file.startsWith(`subgraphs/${SERVICE}/`));
    expect(changed.sort()).toEqual([...files, 'subgraphs/services.json', 'e2e/contracts/entities.ts'].sort());
  });

  it('links to files that there are', () => {
    const missing = readLinks(guide).filter((link) => !existsSync(join(guideFile, '..', link)));
    expect(missing).toEqual([]);
  });
});

/** What every file that is written by hand or committed holds, by its path from the root. */
function fingerprints(root: string): ReadonlyMap<string, string> {
  const notCommitted = new Set(['node_modules', 'dist', 'generated', '.data', 'coverage']);
  const files = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => !notCommitted.has(name))
      .flatMap((entry) => {
        const path = join(folder, entry.name);
        return entry.isDirectory() ? files(path) : [path];
      });
  return new Map(
    files(root).map((file) => [
      relative(root, file),
      createHash('sha256').update(readFileSync(file)).digest('hex'),
    ]),
  );
}
