import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { ExecutorModules } from './compare.js';
import type { PlantedMistake } from './planted-mistakes.js';

const SOURCE = fileURLToPath(new URL('..', import.meta.url));
/** Where a bundle finds the packages that it imports. */
const FOLDER = fileURLToPath(new URL('../../../node_modules/.cache/planted-mistakes', import.meta.url));

/** Builds a copy of the executor with a mistake in it, loads it, and removes it. */
export async function plantMistake(mistake: PlantedMistake): Promise<ExecutorModules> {
  const place = join(SOURCE, 'execution', mistake.file);
  const text = await readFile(place, 'utf8');
  if (text.split(mistake.right).length !== 2) {
    throw new Error(`${mistake.file} does not hold once: ${mistake.right}`);
  }
  await mkdir(FOLDER, { recursive: true });
  const outfile = join(FOLDER, `${process.pid}-${mistake.name.replace(/\W+/g, '-')}.mjs`);
  await build({
    entryPoints: [join(SOURCE, 'oracle', 'executor-modules.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'silent',
    plugins: [
      {
        name: 'plant',
        setup(building) {
          building.onLoad({ filter: /\.ts$/ }, ({ path }) =>
            path === place
              ? { contents: text.replace(mistake.right, mistake.wrong), loader: 'ts' }
              : undefined,
          );
        },
      },
    ],
  });
  try {
    return (await import(pathToFileURL(outfile).href)) as ExecutorModules;
  } finally {
    await rm(outfile, { force: true });
  }
}
