import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const IGNORED = new Set(['node_modules', 'dist', '.data', '.git']);

/**
 * Gives the paths of all test files below a folder.
 *
 * @param {string} folder
 * @returns {string[]}
 */
export function filesToTest(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) {
      return IGNORED.has(entry.name) ? [] : filesToTest(join(folder, entry.name));
    }
    return entry.name.endsWith('.test.ts') ? [join(folder, entry.name)] : [];
  });
}
