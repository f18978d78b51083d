/**
 * Copies what runs in production, and nothing else, from a built checkout: compiled JavaScript, schemas, migrations.
 * The packages' manifests and `node_modules` are not part of it; the image gets them in a layer of their own.
 *
 *   node deploy/collect-image-files.mjs TARGET
 */
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = process.argv[2];
if (target === undefined) {
  process.stderr.write('Say where to: node deploy/collect-image-files.mjs TARGET\n');
  process.exit(1);
}

const services = JSON.parse(readFileSync(join(root, 'subgraphs', 'services.json'), 'utf8'));
const paths = [
  'platform/dist',
  'schema/dist',
  'schema/client/dist',
  'schema/supergraph.graphql',
  'router/dist',
  'cli/dist',
  'deploy/check-health.mjs',
  'subgraphs/services.json',
  ...services.flatMap(({ name }) =>
    ['dist', 'schema.graphql', 'prisma/migrations', 'prisma/grants.sql'].map(
      (path) => `subgraphs/${name}/${path}`,
    ),
  ),
];

const missing = paths.filter((path) => !existsSync(join(root, path)));
if (missing.length > 0) {
  process.stderr.write(`Missing: ${missing.join(', ')}. Build first: node scripts/build.mjs\n`);
  process.exit(1);
}
for (const path of paths) {
  mkdirSync(dirname(join(target, path)), { recursive: true });
  cpSync(join(root, path), join(target, path), { recursive: true });
}
