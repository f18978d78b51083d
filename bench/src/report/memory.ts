import { readFileSync } from 'node:fs';

/**
 * What a process has in memory, in megabytes: `VmRSS` now, `VmHWM` at most since its start. Linux only.
 *
 * @see proc(5), `/proc/PID/status`
 */
export function memoryOf(processId: number, which: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${processId}/status`, 'utf8');
  const kilobytes = new RegExp(`^${which}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  if (kilobytes === undefined) {
    throw new Error(`Process ${processId} does not tell its ${which}.`);
  }
  return Number(kilobytes) / 1_024;
}
