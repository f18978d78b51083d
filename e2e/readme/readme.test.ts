import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { readServices } from '@supergraph/schema/services';
import { startSystemUnderTest } from '../harness/system.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const section = (title: string): string => readme.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
const block = (text: string, language: string): string =>
  new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(text)?.[1] ?? '';

describe('docs/errors.md', () => {
  it('lists every problem that a mutation can answer, with its code', () => {
    const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
    const declared = readServices(root).flatMap(({ sdlFile }) => [
      ...readFileSync(sdlFile, 'utf8').matchAll(
        /^type (\w+Problem) implements Problem[^{]*\{\n {2}"(.*)"$/gm,
      ),
    ]);
    expect(declared.length).toBeGreaterThan(10);
    for (const [, type, codes] of declared) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${type}\` |`)) ?? `no row for ${type}`;
      for (const [code] of (codes ?? '').matchAll(/`[A-Z_]+`/g)) {
        expect(row).toContain(code);
      }
    }
  });
});

describe('README.md', () => {
  it('gives a first query that answers what it says', async () => {
    const first = section('A first query');
    const system = await startSystemUnderTest();
    try {
      const script = block(first, 'sh').replaceAll('http://localhost:4000/graphql', system.endpoint);
      const answer = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
      expect(JSON.parse(answer)).toEqual(JSON.parse(block(first, 'json')));
    } finally {
      await system.stop();
    }
  });

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...readme.matchAll(/`npm run ([\w:]+)/g)].map(([, name]) => name ?? '');
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it.each([
    'README.md',
    'CONTRIBUTING.md',
    'docs/decisions.md',
    'docs/deployment.md',
    'docs/adding-a-service.md',
  ])('%s links only to files that exist', (file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link ?? '');
    expect(links.filter((link) => !existsSync(join(root, file, '..', link)))).toEqual([]);
  });
});
