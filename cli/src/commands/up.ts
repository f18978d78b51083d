import { join } from 'node:path';
import { readServices } from '@supergraph/schema/services';
import { Listr } from 'listr2';
import { openDataFolder, type Topology } from '../launcher/data-folder.js';
import { removeServers } from '../launcher/databases.js';
import { START_STEPS, startSystem, type RunningSystem, type StartStep } from '../launcher/system.js';
import { describeSystem } from '../presentation/system-table.js';
import { ROOT } from '../root.js';

/** What `supergraph up` is told. */
export interface UpOptions {
  readonly topology: Topology;
  readonly reset: boolean;
  readonly data: string;
  readonly port: number;
}

/** Where the embedded default keeps everything unless told otherwise. */
export const DEFAULT_DATA_FOLDER = join(ROOT, '.data');

/** Starts the system, shows how it goes, then a table of addresses; ends all of it on Ctrl-C. */
export async function up(options: UpOptions): Promise<void> {
  const system = await startWithProgress(options);
  process.stdout.write(describeSystem(system));
  endOnCtrlC(system);
}

/** Starts the system with a line a step. */
export async function startWithProgress(
  options: UpOptions,
  more: { readonly supergraphFile?: string } = {},
): Promise<RunningSystem> {
  if (options.reset) {
    await reset(options.data, options.topology);
  }
  const steps = new Map(START_STEPS.map((step) => [step, deferred()]));
  const ended = (step: StartStep, detail: string): void => steps.get(step)?.resolve(detail);
  const notices: string[] = [];
  const system = startSystem({
    dataFolder: options.data,
    topology: options.topology,
    routerPort: options.port,
    anyPorts: false,
    onStep: ended,
    // While the progress is drawn a line in between would be overwritten.
    onNotice: (message) => (drawing ? notices.push(message) : process.stderr.write(`${message}\n`)),
    ...more,
  });
  let drawing = true;
  system.catch((error: unknown) => steps.forEach(({ reject }) => reject(error)));
  try {
    await new Listr(
      START_STEPS.map((step) => ({
        title: step,
        task: async (_context: unknown, task: { title: string }) => {
          task.title = `${step.padEnd(11)} ${await steps.get(step)?.promise}`;
        },
      })),
      { exitOnError: false, rendererOptions: { collapseErrors: false, showErrorMessage: false } },
    ).run();
  } finally {
    drawing = false;
    notices.forEach((notice) => process.stderr.write(`${notice}\n`));
  }
  return system;
}

/** Ends the system on Ctrl-C or SIGTERM; a second Ctrl-C ends the launcher at once. */
export function endOnCtrlC(system: RunningSystem, before: () => Promise<void> = async () => undefined): void {
  let ending = false;
  const end = (): void => {
    if (ending) {
      process.exit(130);
    }
    ending = true;
    process.stdout.write('\nending …\n');
    before()
      .then(() => system.stop())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`The end was not clean: ${(error as Error).message}\n`);
          process.exit(1);
        },
      );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  process.on('SIGHUP', end);
}

async function reset(data: string, topology: Topology): Promise<void> {
  const folder = openDataFolder(data);
  const running = folder.readRunning();
  if (running !== undefined) {
    throw new Error(`The system runs (process ${running.processId}); end it before its data is removed.`);
  }
  await removeServers(folder, topology, readServices(ROOT));
}

function deferred(): {
  promise: Promise<string>;
  resolve: (detail: string) => void;
  reject: (error: unknown) => void;
} {
  let resolve: (detail: string) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<string>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
