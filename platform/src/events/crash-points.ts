import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Where the process is to end, and at which time that it comes by there. */
const armed = new Map<string, number>();

/**
 * Marks a place where a process may die and nothing may be lost or done twice: before and after every commit,
 * publish and acknowledgement, and inside handlers. It does nothing unless a test armed it.
 *
 * Give the name as a plain string: {@link findCrashPoints} reads the names from the sources.
 */
export function crashPoint(name: string): void {
  if (armed.size === 0) {
    return;
  }
  const left = armed.get(name);
  if (left === undefined) {
    return;
  }
  if (left > 1) {
    armed.set(name, left - 1);
    return;
  }
  // SIGKILL: no handler runs, no buffer is flushed, as when the machine takes the process away.
  process.kill(process.pid, 'SIGKILL');
}

/**
 * Arms crash points of this process, for tests of what a `kill -9` leaves behind.
 *
 * @param points such as `consumer.beforeCommit`, or `consumer.beforeCommit:3` for the third time; comma-separated. Or
 *   `@` and the path of a file that holds them: it is removed, so that the process that is started again goes through
 * @throws when a point is not written so
 */
export function armCrashPoints(points: string): void {
  const named = points.startsWith('@') ? takeFile(points.slice(1)) : points;
  for (const point of named.split(',').filter((text) => text.trim() !== '')) {
    const match = /^([\w.-]+)(?::([1-9]\d*))?$/.exec(point.trim());
    if (match?.[1] === undefined) {
      throw new Error(
        `\`${point}\` is no crash point: write its name, or its name and a count as \`name:3\`.`,
      );
    }
    armed.set(match[1], Number(match[2] ?? 1));
  }
}

/**
 * Lists the crash points that the sources below some folders name, so that a test can insist on all of them.
 *
 * @returns names in alphabetical order
 */
export function findCrashPoints(folders: ReadonlyArray<string>): ReadonlyArray<string> {
  const names = new Set<string>();
  for (const folder of folders) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const isSource =
        /\.(ts|js)$/.test(entry.name) &&
        !/\.test\.|\.d\.ts$/.test(entry.name) &&
        !entry.parentPath.includes('node_modules');
      if (entry.isFile() && isSource) {
        const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
        for (const match of text.matchAll(/\bcrashPoint\(\s*['"]([\w.-]+)['"]\s*\)/g)) {
          names.add(match[1] as string);
        }
      }
    }
  }
  return [...names].sort();
}

function takeFile(file: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    rmSync(file);
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return '';
    }
    throw error;
  }
}
