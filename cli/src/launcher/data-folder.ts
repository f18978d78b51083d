import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  readonly serviceUrls: Readonly<Record<string, string>>;
}

/** The folder of everything that the embedded default keeps: databases, secrets, logs. */
export interface DataFolder {
  readonly path: string;
  readonly secretsFile: string;
  logFile(name: string): string;
  clusterFolder(topology: Topology, name: string): string;
  readRunning(): RunningState | undefined;
  writeRunning(state: RunningState): void;
  clearRunning(): void;
  /** A file that the launcher hands to a process, written whole or not at all. */
  write(name: string, content: string): string;
}

const runningType = z.object({
  processId: z.number(),
  topology: z.enum(['separate', 'shared']),
  routerUrl: z.string(),
  ownerUrls: z.record(z.string(), z.string()),
  serviceUrls: z.record(z.string(), z.string()),
});

/** Opens the folder, and makes it when absent. */
export function openDataFolder(path: string): DataFolder {
  mkdirSync(join(path, 'logs'), { recursive: true });
  const runningFile = join(path, 'running.json');
  const write = (name: string, content: string): string => {
    const file = join(path, name);
    writeFileSync(`${file}.new`, content);
    // The files hold secrets: nobody but the one who runs the launcher reads them.
    chmodSync(`${file}.new`, 0o600);
    renameSync(`${file}.new`, file);
    return file;
  };
  return {
    path,
    secretsFile: join(path, 'secrets.json'),
    logFile: (name) => join(path, 'logs', `${name}.log`),
    clusterFolder: (topology, name) => join(path, 'postgres', topology, name),
    readRunning() {
      if (!existsSync(runningFile)) {
        return undefined;
      }
      const parsed = runningType.safeParse(parseJson(readFileSync(runningFile, 'utf8')));
      return parsed.success && isAlive(parsed.data.processId) ? parsed.data : undefined;
    },
    writeRunning: (state) => void write('running.json', `${JSON.stringify(state, null, 2)}\n`),
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

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
