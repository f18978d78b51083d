import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Fails when a column of text does not say whether it holds personal data: what nobody knows of cannot be erased.
 *
 * @param {string} root the repository, its platform compiled
 * @param {ReadonlyArray<{ name: string }>} services the list of services
 */
export async function checkTextColumns(root, services) {
  const { readTextColumns } = await import(
    pathToFileURL(join(root, 'platform', 'dist', 'personal-data', 'index.js')).href
  );
  for (const { name } of services) {
    const file = join('subgraphs', name, 'prisma', 'schema.prisma');
    try {
      readTextColumns(readFileSync(join(root, file), 'utf8'));
    } catch (error) {
      throw new Error(`${file}: ${error.message}`, { cause: error });
    }
  }
}
