import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { composeSupergraph } from '@supergraph/schema';
import { readServices, routingUrl, type Service } from '@supergraph/schema/services';
import { watch } from 'chokidar';
import { openDataFolder, type DataFolder } from '../launcher/data-folder.js';
import type { RunningSystem } from '../launcher/system.js';
import { ROOT } from '../root.js';
import { runSystem, type UpOptions } from './up.js';

const SETTLE_MILLISECONDS = 150;
const SUPERGRAPH_FILE = 'supergraph.graphql';

/**
 * Starts the system and reloads what changes: a service whose code or schema changed is built and started again,
 * the graph is composed again when a schema changed; while it does not compose, the last good one goes on.
 */
export async function dev(options: UpOptions): Promise<void> {
  const folder = openDataFolder(options.data);
  const services = readServices(ROOT);
  await runSystem(options, {
    supergraphFile: folder.write(SUPERGRAPH_FILE, compose(services)),
    accompany: (system) => reloadWhatChanges(system, folder, services),
  });
}

/** @returns what ends the watching */
function reloadWhatChanges(
  system: RunningSystem,
  folder: DataFolder,
  services: ReadonlyArray<Service>,
): () => Promise<void> {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();
  const watcher = watch(
    [...services.map(({ folder: path }) => path), join(ROOT, 'platform', 'src'), join(ROOT, 'router', 'src')],
    {
      ignoreInitial: true,
      ignored: (path) => /[\\/](node_modules|dist|generated)([\\/]|$)|\.test\.ts$/.test(path),
    },
  );
  watcher.on('all', (_event, path) => {
    changed.add(relative(ROOT, path));
    clearTimeout(timer);
    timer = setTimeout(() => {
      const paths = [...changed];
      changed.clear();
      working = working
        .then(() => reload(system, folder, services, paths))
        .catch((error: unknown) => {
          // Taken up with whatever change puts it right, which may be one of another file.
          paths.forEach((path) => changed.add(path));
          report(error);
        });
    }, SETTLE_MILLISECONDS);
  });
  process.stdout.write('Watching for changes.\n');
  return async () => {
    clearTimeout(timer);
    await watcher.close();
    // A restart under way would start a process after the end.
    await working;
  };
}

async function reload(
  system: RunningSystem,
  folder: DataFolder,
  services: ReadonlyArray<Service>,
  paths: ReadonlyArray<string>,
): Promise<void> {
  const begin = Date.now();
  const supergraphSdl = paths.some((path) => path.endsWith('.graphql')) ? compose(services) : undefined;
  await promisify(execFile)(process.execPath, [join(ROOT, 'scripts', 'build.mjs'), '--quiet'], { cwd: ROOT });
  const everything = paths.some((path) => path.startsWith(`platform${sep}`));
  const processes = [
    ...system.services.filter(({ service }) => everything || paths.some((path) => isOf(path, service))),
    ...(everything || paths.some((path) => path.startsWith(`router${sep}`))
      ? [{ process: system.router }]
      : []),
  ].map(({ process }) => process);
  await Promise.all(processes.map((process) => process.restart()));
  // After the services: a router that knew a new field first would ask for what nobody serves yet.
  if (supergraphSdl !== undefined) {
    folder.write(SUPERGRAPH_FILE, supergraphSdl);
  }
  const names = processes.map(({ name }) => name).join(', ');
  process.stdout.write(`reloaded ${names === '' ? 'the graph' : names} in ${Date.now() - begin} ms\n`);
}

/**
 * Composes the graph of the SDLs as they are now.
 *
 * @throws when they do not fit, with everything that is wrong
 */
function compose(services: ReadonlyArray<Service>): string {
  const composed = composeSupergraph(
    services.map((service) => ({
      name: service.name,
      url: routingUrl(service),
      sdl: readFileSync(service.sdlFile, 'utf8'),
    })),
  );
  if (composed.type === 'failure') {
    const mistakes = composed.errors.map(({ code, message }) => `  ${code}: ${message}`);
    throw new Error(
      ['The schemas do not compose:', ...mistakes, 'Nothing is started of them; what runs goes on.'].join(
        '\n',
      ),
    );
  }
  for (const hint of composed.hints) {
    process.stdout.write(`hint ${hint.code}: ${hint.message}\n`);
  }
  return composed.supergraphSdl;
}

function isOf(path: string, service: Service): boolean {
  return path.startsWith(join('subgraphs', service.name) + sep);
}

function report(error: unknown): void {
  const { stderr, message } = error as { stderr?: string; message: string };
  process.stderr.write(`${stderr === undefined || stderr === '' ? message : stderr}\n`);
}
