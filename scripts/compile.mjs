import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';

/**
 * Strips the types from every package's `src/` into `dist/`, file by file: nothing is bundled, so stack traces
 * and imports look like the sources. Types are checked by `npm run typecheck`.
 *
 * @param {string} root the repository
 * @param {ReadonlyArray<string>} packages folders below it
 */
export async function compile(root, packages) {
  const sources = packages.flatMap((folder) => [
    { from: join(root, folder, 'src'), to: join(root, folder, 'dist') },
    ...(folder === 'schema'
      ? [{ from: join(root, 'schema/client/src'), to: join(root, 'schema/client/dist') }]
      : []),
  ]);
  await Promise.all(
    sources
      .filter(({ from }) => existsSync(from))
      .map(async ({ from, to }) => {
        await build({
          entryPoints: typescriptBelow(from),
          outdir: to,
          outbase: from,
          bundle: false,
          platform: 'node',
          format: 'esm',
          target: 'node20',
          sourcemap: true,
          logLevel: 'warning',
        });
        removeStale(from, to);
      }),
  );
}

/** A source that is gone must not live on as JavaScript. Removed last, since what is compiled may be running. */
function removeStale(from, to) {
  for (const file of filesBelow(to)) {
    const source = join(from, relative(to, file)).replace(/\.js(\.map)?$/, '');
    if (!existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`)) {
      rmSync(file);
    }
  }
}

function typescriptBelow(folder) {
  return filesBelow(folder).filter((file) => /\.tsx?$/.test(file) && !/\.test\.ts$/.test(file));
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
