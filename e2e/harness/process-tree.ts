import { execFileSync } from 'node:child_process';
import { startMarkOf } from '@supergraph/platform/embedded-postgres';

/** A process as it was seen; its id may be another's later. */
export interface SeenProcess {
  readonly id: number;
  readonly command: string;
  readonly startMark: string;
}

/** The process's children, their children, and so on. */
export function descendantsOf(processId: number): ReadonlyArray<SeenProcess> {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,command='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, id, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return id === undefined ? [] : [{ id: Number(id), parent: Number(parent), command }];
    });
  const found: SeenProcess[] = [];
  for (const parents = [processId]; parents.length > 0;) {
    const parent = parents.pop();
    for (const child of table.filter((candidate) => candidate.parent === parent)) {
      const startMark = startMarkOf(child.id);
      if (startMark !== undefined) {
        found.push({ id: child.id, command: child.command, startMark });
        parents.push(child.id);
      }
    }
  }
  return found;
}

/** Those that still run. */
export function stillRunning(processes: ReadonlyArray<SeenProcess>): ReadonlyArray<SeenProcess> {
  return processes.filter(({ id, startMark }) => startMarkOf(id) === startMark);
}

/** Its command and, on Linux, its threads: each with its state, and the kernel's name of what it waits for. */
export function describeProcess({ id, command }: SeenProcess): string {
  const columns = process.platform === 'linux' ? ['-L', '-o', 'lwp,stat,time,wchan:24,comm'] : ['-o', 'stat'];
  try {
    return `${id} ${command}\n${execFileSync('ps', [...columns, '-p', String(id)], { encoding: 'utf8' })}`;
  } catch (error) {
    // It may have ended meanwhile, which is worth knowing as well.
    return `${id} ${command}: ${String(error)}`;
  }
}

/** Waits until what is told holds. */
export async function waitUntil(
  holds: () => boolean | Promise<boolean>,
  what: string | (() => string),
  milliseconds = 30_000,
): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > end) {
      throw new Error(`Waited ${milliseconds / 1000} s in vain: ${typeof what === 'string' ? what : what()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
