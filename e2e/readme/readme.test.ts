import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { startSystemUnderTest } from '../harness/system.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const section = (title: string): string => readme.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
const block = (text: string, language: string): string =>
  new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(text)?.[1] ?? '';

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
