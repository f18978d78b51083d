import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { startCommand, type RunningCommand } from './command.js';
import { ROOT } from './root.js';

/** A copy of the project that a test may change and run like its own checkout. */
export interface Checkout {
  /** Absolute path of the copy's root. */
  readonly folder: string;
  /** Starts a shell command in the copy. */
  start(command: string, environment?: Readonly<Record<string, string>>): RunningCommand;
  /**
   * Runs a shell command in the copy to its end.
   *
   * @returns all that it printed
   * @throws when it ends with another status than 0, or not within two minutes, with all that it printed
   */
  run(command: string, environment?: Readonly<Record<string, string>>): Promise<string>;
  /** Makes the link by which the package in a folder of the copy is imported, as `npm install` does. */
  linkWorkspace(name: string, folder: string): void;
  remove(): void;
}

const SCOPE = '@supergraph';
const LONGEST_RUN_MILLISECONDS = 120_000;
/** What belongs to one checkout: its dependencies, its data, its history, its secrets. */
const LEFT_OUT = new Set(['node_modules', '.git', '.data', 'coverage', 'secrets', '.env']);

/**
 * Copies the project with what was built from it into a temporary folder. Dependencies are links to the
 * original's; the project's own packages are the copy's.
 */
export function copyCheckout(): Checkout {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'supergraph-checkout-')));
  // mkdtemp closes the folder to everybody else, and root's PostgreSQL runs as somebody else.
  chmodSync(folder, 0o755);
  cpSync(ROOT, folder, { recursive: true, filter: (source) => !LEFT_OUT.has(basename(source)) });
  linkDependencies('.', folder);
  for (const workspace of workspaceFolders()) {
    linkDependencies(workspace, folder);
  }
  // Says what was built from which sources, so that the copy builds only what the test changes.
  copyIfThere(join('node_modules', '.cache', 'supergraph'), folder);

  const start = (command: string, environment: Readonly<Record<string, string>> = {}): RunningCommand =>
    startCommand(command, { folder, environment });
  return {
    folder,
    start,
    async run(command, environment) {
      const running = start(command, environment);
      const limit = setTimeout(() => running.kill(), LONGEST_RUN_MILLISECONDS);
      const status = await running.ended;
      clearTimeout(limit);
      if (status !== 0) {
        throw new Error(`\`${command}\` ended with status ${status}:\n${running.output()}`);
      }
      return running.output();
    },
    linkWorkspace(name, workspace) {
      symlinkSync(join('..', '..', workspace), join(folder, 'node_modules', SCOPE, name));
    },
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Where each package of the project lies, from the links that npm made: `subgraphs/auth`. */
function workspaceFolders(): ReadonlyArray<string> {
  const scope = join(ROOT, 'node_modules', SCOPE);
  return readdirSync(scope).map((name) => join('node_modules', SCOPE, readlinkSync(join(scope, name))));
}

/** Links every dependency that npm put below a package's own `node_modules`; hidden folders are npm's and the caches'. */
function linkDependencies(packageFolder: string, checkout: string): void {
  const from = join(ROOT, packageFolder, 'node_modules');
  if (!existsSync(from)) {
    return;
  }
  const to = join(checkout, packageFolder, 'node_modules');
  mkdirSync(to);
  for (const name of readdirSync(from).filter((entry) => !entry.startsWith('.') || entry === '.bin')) {
    if (name === SCOPE) {
      cpSync(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true });
    } else {
      symlinkSync(realpathSync(join(from, name)), join(to, name));
    }
  }
}

function copyIfThere(path: string, checkout: string): void {
  if (existsSync(join(ROOT, path))) {
    cpSync(join(ROOT, path), join(checkout, path), { recursive: true });
  }
}
