import { join } from 'node:path';
import { readServices } from '@supergraph/schema/services';
import { openDataFolder, type Topology } from '../launcher/data-folder.js';
import { removeServers } from '../launcher/databases.js';
import { startSystem, type RunningSystem } from '../launcher/system.js';
import { showProgress } from '../presentation/start-progress.js';
import { describeSystem } from '../presentation/system-table.js';
import { ROOT } from '../root.js';
import { listenForEnd } from './end-requests.js';

/** What `supergraph up` is told. */
export interface UpOptions {
  readonly topology: Topology;
  readonly reset: boolean;
  /** Absolute path of the data folder. */
  readonly data: string;
  /** Where the router listens; 0 takes free ports for everything. */
  readonly port: number;
  /** NATS servers that carry the events; the services' own feeds when not given. */
  readonly nats?: string;
}

/** Where the embedded default keeps everything unless told otherwise. */
export const DEFAULT_DATA_FOLDER = join(ROOT, '.data');

/** What {@link runSystem} may be told besides. */
export interface RunOptions {
  readonly supergraphFile?: string;
  /** Runs while the system does, and gives what ends it. */
  readonly accompany?: (system: RunningSystem) => () => Promise<void>;
}

/** Starts the system, shows how it goes, then a table of addresses; ends all of it on Ctrl-C. */
export async function up(options: UpOptions): Promise<void> {
  await runSystem(options);
}

/**
 * Starts the system with a line a step and shows where everything is. Ctrl-C or SIGTERM, also while it starts, ends
 * what runs and then the process.
 *
 * @throws when the start fails; nothing runs then
 */
export async function runSystem(options: UpOptions, more: RunOptions = {}): Promise<void> {
  const { signal, requested } = listenForEnd();
  let system: RunningSystem;
  try {
    system = await startWithProgress(options, more, signal);
  } catch (error) {
    if (signal.aborted && error === signal.reason) {
      process.exit(0);
    }
    throw error;
  }
  process.stdout.write(describeSystem(system));
  const leave = more.accompany?.(system);
  await requested;
  try {
    await leave?.();
    await system.stop();
  } catch (error) {
    throw new Error(`The end was not clean: ${(error as Error).message}`, { cause: error });
  }
  process.exit(0);
}

async function startWithProgress(
  options: UpOptions,
  { supergraphFile }: RunOptions,
  signal: AbortSignal,
): Promise<RunningSystem> {
  const folder = openDataFolder(options.data);
  // Before the first line is drawn: that somebody else has the folder is one line of its own.
  const claim = await folder.claim();
  if (options.reset) {
    try {
      await removeServers(folder, options.topology, readServices(ROOT));
    } catch (error) {
      await claim.release();
      throw error;
    }
  }
  return showProgress((listeners) =>
    startSystem({
      dataFolder: folder.path,
      claim,
      signal,
      topology: options.topology,
      routerPort: options.port,
      anyPorts: options.port === 0,
      ...listeners,
      ...(supergraphFile === undefined ? {} : { supergraphFile }),
      ...(options.nats === undefined ? {} : { environment: { NATS_URL: options.nats } }),
    }),
  );
}
