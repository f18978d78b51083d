import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';

import { hasSystemCode } from './errors.js';

/** Whether a process of that id runs. One that has ended and waits to be reaped does not count. */
export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
  } catch (error) {
    // EPERM: it is there, and belongs to somebody else.
    return hasSystemCode(error, 'EPERM');
  }
  return startMarkOf(processId) !== undefined;
}

/**
 * A text that tells two processes apart which had the same id one after the other: the time of the process's start.
 *
 * @returns undefined when no such process runs
 */
export function startMarkOf(processId: number): string | undefined {
  if (process.platform !== 'linux') return processStatus(processId, 'lstart');
  // proc(5): the second field is the program's name in brackets and may hold spaces; state and start time follow it.
  const fields = readProcess(processId, 'stat')
    ?.replace(/^.*\) /s, '')
    .split(' ');
  return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

/** The program and arguments of a process; undefined when it does not run or does not show them. */
export function commandOf(processId: number): string | undefined {
  if (process.platform !== 'linux') return processStatus(processId, 'command');
  return readProcess(processId, 'cmdline')?.replaceAll('\0', ' ').trim();
}

/** The folder that a process works in, where the system tells: on Linux, to the same user and to root. */
export function workingDirectoryOf(processId: number): string | undefined {
  try {
    return readlinkSync(`/proc/${String(processId)}/cwd`);
  } catch {
    return undefined;
  }
}

function readProcess(processId: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${String(processId)}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

function processStatus(processId: number, column: string): string | undefined {
  try {
    const output = execFileSync('ps', ['-o', `stat=,${column}=`, '-p', String(processId)], {
      encoding: 'utf8',
    });
    const [, state, value] = /^(\S+)\s+(.*)$/s.exec(output.trim()) ?? [];
    return state === undefined || state.startsWith('Z') ? undefined : value;
  } catch {
    return undefined;
  }
}
