import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second, which Linux fixes for what it tells of processes. */
const TICKS = 100;

/**
 * The processor time that a process and all of its descendants have used, in milliseconds: PostgreSQL's server and its
 * workers, for example. Linux only.
 */
export function processorTimeOf(processIds: ReadonlyArray<number>): number {
  const parents = new Map<number, { readonly parent: number; readonly ticks: number }>();
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name)) {
      const stat = readStat(Number(name));
      if (stat !== undefined) {
        parents.set(Number(name), stat);
      }
    }
  }
  const isBelow = (id: number): boolean => {
    if (processIds.includes(id)) {
      return true;
    }
    const parent = parents.get(id)?.parent ?? 0;
    return parent > 1 && isBelow(parent);
  };
  let ticks = 0;
  for (const [id, stat] of parents) {
    if (isBelow(id)) {
      ticks += stat.ticks;
    }
  }
  return (ticks * 1_000) / TICKS;
}

function readStat(id: number): { readonly parent: number; readonly ticks: number } | undefined {
  try {
    // The name may hold spaces and parentheses; what follows its last one is plain.
    const fields = readFileSync(`/proc/${id}/stat`, 'utf8').split(')').at(-1)?.trim().split(' ') ?? [];
    // Its own time and that of children that have ended.
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { parent: Number(fields[1]), ticks };
  } catch {
    // It ended while it was looked at.
    return undefined;
  }
}
