import Table from 'cli-table3';
import type { ServiceStatus } from '../status/index.js';

/** Where the services stand, as a table, with what is not as it should be below it. */
export function statusTable(all: ReadonlyArray<ServiceStatus>): string {
  const table = new Table({
    head: ['service', 'phase', 'writes go to', 'forward', 'back', 'verified', 'last outage'],
    style: { head: [], border: [] },
  });
  for (const status of all) {
    table.push([
      status.service,
      status.phase ?? 'not started',
      status.writesTo,
      stream(status.forward),
      stream(status.reverse),
      status.verifiedAt === undefined
        ? '-'
        : `${status.verifiedAt.slice(0, 19)}${status.verificationAgrees === true ? '' : ' (differs)'}`,
      status.lastOutageMilliseconds === undefined ? '-' : `${Math.round(status.lastOutageMilliseconds)} ms`,
    ]);
  }
  const notes = all.flatMap(({ service, drift, visitors, writesTo }) => [
    ...drift.map((line) => `${service}: ${line}`),
    ...visitors.map(
      ({ role, application, address, writes }) =>
        `${service}: ${role} from ${address} (${application === '' ? 'unnamed program' : application}) ${writes ? 'writes to' : 'reads'} the tables that ${writesTo === 'source' ? 'are not served yet' : 'are served elsewhere'}.`,
    ),
  ]);
  return [table.toString(), ...notes.map((note) => `  ! ${note}`)].join('\n');
}

function stream(state: ServiceStatus['forward']): string {
  if (state === undefined) return '-';
  if (state.slot !== 'usable' || !state.subscribed) return 'broken';
  if (!state.running) return 'not connected';
  return `${(state.lagBytes / 1024).toFixed(0)} kB behind`;
}
