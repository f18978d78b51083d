import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import {
  acquireLauncherLock,
  EmbeddedPostgresError,
  startMarkOf,
  type LauncherLock,
} from '@supergraph/platform/embedded-postgres';
import { z } from 'zod';

/** Where the services of this system's tables lie: a server each, or one server with a schema each. */
export type Topology = 'separate' | 'shared';

/** What a running launcher leaves for other commands to find it by. */
export interface RunningState {
  readonly processId: number;
  readonly topology: Topology;
  readonly routerUrl: string;
  /** Connection URL of the owner of each service's tables, by service. */
  readonly ownerUrls: Readonly<Record<string, string>>;
  /** The same in the databases that services may move to, where there are any. */
  readonly nextOwnerUrls: Readonly<Record<string, string>>;
  /** The services whose databases the launcher started itself. */
  readonly ownDatabases: ReadonlyArray<string>;
  readonly serviceUrls: Readonly<Record<string, string>>;
}

/** The folder of everything that the embedded default keeps: databases, secrets, logs. */
export interface DataFolder {
  /** Absolute. */
  readonly path: string;
  readonly secretsFile: string;
  logFile(name: string): string;
  clusterFolder(topology: Topology, name: string): string;
  /**
   * Takes the folder for this process until the claim is released or the process is gone, however it ended.
   *
   * @throws {AlreadyRunningError} while another launcher has it
   */
  claim(): Promise<LauncherLock>;
  /** What runs on this folder; undefined when nothing does, also when a launcher was killed and left its file. */
  readRunning(): RunningState | undefined;
  /** Only for the one who claimed the folder. */
  writeRunning(state: RunningState): void;
  /** Only for the one who claimed the folder. */
  clearRunning(): void;
  /** A file that the launcher hands to a process, written whole or not at all. */
  write(name: string, content: string): string;
}

/** Another launcher runs on the same data. */
export class AlreadyRunningError extends Error {
  override readonly name = 'AlreadyRunningError';
}

const runningType = z.object({
  processId: z.number(),
  startMark: z.string(),
  topology: z.enum(['separate', 'shared']),
  routerUrl: z.string(),
  ownerUrls: z.record(z.string(), z.string()),
  nextOwnerUrls: z.record(z.string(), z.string()),
  ownDatabases: z.array(z.string()),
  serviceUrls: z.record(z.string(), z.string()),
});

/** Opens the folder, and makes it when absent. */
export function openDataFolder(folder: string): DataFolder {
  const path = resolve(folder);
  mkdirSync(join(path, 'logs'), { recursive: true });
  const runningFile = join(path, 'running.json');
  const write = (name: string, content: string): string => {
    const file = join(path, name);
    // The files hold secrets: nobody but the one who runs the launcher reads them.
    const descriptor = openSync(`${file}.new`, 'w', 0o600);
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(`${file}.new`, file);
    return file;
  };
  const readRunning = (): RunningState | undefined => {
    if (!existsSync(runningFile)) {
      return undefined;
    }
    const parsed = runningType.safeParse(parseJson(readFileSync(runningFile, 'utf8')));
    // After a restart of the machine another program may have the id of a launcher that was cut off.
    return parsed.success && startMarkOf(parsed.data.processId) === parsed.data.startMark
      ? parsed.data
      : undefined;
  };
  return {
    path,
    secretsFile: join(path, 'secrets.json'),
    logFile: (name) => join(path, 'logs', `${name}.log`),
    clusterFolder: (topology, name) => join(path, 'postgres', topology, name),
    async claim() {
      try {
        return await acquireLauncherLock(join(path, 'launcher.lock'), path);
      } catch (error) {
        if (!(error instanceof EmbeddedPostgresError)) {
          throw error;
        }
        const running = readRunning();
        throw new AlreadyRunningError(
          running === undefined
            ? error.message
            : `The system runs already (process ${running.processId}): ${running.routerUrl}. End it with Ctrl-C where it was started.`,
          { cause: error },
        );
      }
    },
    readRunning,
    writeRunning: (state) => {
      const content = { ...state, startMark: startMarkOf(state.processId) ?? '' };
      write('running.json', `${JSON.stringify(content, null, 2)}\n`);
    },
    clearRunning: () => rmSync(runningFile, { force: true }),
    write,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
