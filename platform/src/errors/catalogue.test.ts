import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ERROR_CATALOGUE } from './catalogue.js';

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');

describe('docs/errors.md', () => {
  it.each(Object.entries(ERROR_CATALOGUE))(
    'tells what %s means, with its status',
    (code, { meaning, action, status }) => {
      expect(page).toContain(`| \`${code}\` | ${status} | ${meaning} | ${action} |`);
    },
  );

  it('names no code that is not in the catalogue', () => {
    const named = [...page.matchAll(/^\| `([A-Z_]+)` \| \d+ \|/gm)].map(([, code]) => code);
    expect(named.sort()).toEqual(Object.keys(ERROR_CATALOGUE).sort());
  });
});
