import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
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
      .map(({ from, to }) => {
        removeCompiled(to);
        return build({
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
      }),
  );
}

/** A source that is gone must not live on as JavaScript; `dist/sandbox` has another maker. */
function removeCompiled(folder) {
  if (!existsSync(folder)) {
    return;
  }
  for (const name of readdirSync(folder)) {
    if (name !== 'sandbox' || existsSync(join(folder, name, 'index.js'))) {
      rmSync(join(folder, name), { recursive: true });
    }
  }
}

function typescriptBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}
