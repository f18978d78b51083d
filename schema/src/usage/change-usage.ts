import type { SchemaChange } from '../checks/schema-changes.js';
import type { CoordinateUse, UsageReport } from './usage-report.js';

/** How clients used what a change is about. */
export interface ChangeUsage {
  /** What was looked up, in the notation of schema coordinates. */
  readonly coordinate: string;
  /** Operations that used it. */
  readonly count: number;
  /** Who used it, those who used it most first. */
  readonly clients: ReadonlyArray<Omit<CoordinateUse, 'coordinate'>>;
  /** When counting began and ended, ISO 8601; undefined when nothing was counted at all. */
  readonly since: string | undefined;
  readonly until: string | undefined;
}

/** Finds in a report how what a change is about was used. */
export function usageOfChange(change: Pick<SchemaChange, 'key' | 'path'>, report: UsageReport): ChangeUsage {
  const coordinate = coordinateOf(change);
  const byClient = new Map<string, Omit<CoordinateUse, 'coordinate'>>();
  for (const { uses } of report.instances) {
    for (const { coordinate: used, ...use } of uses) {
      if (used === coordinate) {
        const key = `${use.client}\n${use.clientVersion}`;
        const known = byClient.get(key);
        byClient.set(
          key,
          known === undefined
            ? use
            : {
                ...use,
                count: known.count + use.count,
                lastUsedAt: known.lastUsedAt > use.lastUsedAt ? known.lastUsedAt : use.lastUsedAt,
              },
        );
      }
    }
  }
  const clients = [...byClient.values()].sort((left, right) => right.count - left.count);
  return {
    coordinate,
    count: clients.reduce((sum, { count }) => sum + count, 0),
    clients,
    since: report.instances.map(({ since }) => since).sort()[0],
    until: report.instances
      .map(({ until }) => until)
      .sort()
      .at(-1),
  };
}

const NAMED_CLIENTS = 5;

/** Says it in a sentence or two. */
export function describeUsage({ coordinate, count, clients, since, until }: ChangeUsage): string {
  if (since === undefined || until === undefined) {
    return 'The report of use holds nothing, so whether clients use it is not known.';
  }
  const period = `from ${dayOf(since)} to ${dayOf(until)}`;
  if (count === 0) {
    return `No client used ${coordinate} ${period}.`;
  }
  const named = clients.slice(0, NAMED_CLIENTS).map(describeClient);
  const others = clients.length - named.length;
  const list = [...named, ...(others > 0 ? [`${others} more`] : [])].join(', ');
  return `Clients used ${coordinate} ${count} ${count === 1 ? 'time' : 'times'} ${period}: ${list}.`;
}

function describeClient({
  client,
  clientVersion,
  count,
  lastUsedAt,
}: Omit<CoordinateUse, 'coordinate'>): string {
  return `${client} ${clientVersion} (${count}, last on ${dayOf(lastUsedAt)})`;
}

function dayOf(time: string): string {
  return time.slice(0, 10);
}

/** A new argument, or a new field of an input, concerns whoever uses what it is added to. */
function coordinateOf({ key, path }: Pick<SchemaChange, 'key' | 'path'>): string {
  const segments = path.split('.');
  const [type = '', member, argument] = /^(FIELD_ARGUMENT|INPUT_FIELD)_ADDED\b/.test(key)
    ? segments.slice(0, -1)
    : segments;
  return member === undefined ? type : `${type}.${member}${argument === undefined ? '' : `(${argument}:)`}`;
}
