import { readCatalog } from '../catalog/index.js';
import { connect, disconnect, type Endpoints } from '../connections/index.js';
import type { Gate } from '../gate/index.js';
import { findTables } from '../mapping/index.js';
import { waitUntil, withMove, type MoveOptions } from '../move/index.js';
import { sequencesOf } from './sequences.js';
import { endSwitch, openSide } from './switch-sides.js';

const LONGEST_END_MILLISECONDS = 10_000;

/**
 * After a run that was killed while clients were held: the side that the commit row names takes the writes, and the clients
 * go on there. Everything else is left to whoever runs the command again.
 *
 * @param options.deadApplicationName what the sessions of the killed run call themselves
 * @throws MigrationError when somebody else is at work on the service, or nothing was begun
 */
export async function resumeClients(
  options: MoveOptions & { readonly gate: Gate; readonly deadApplicationName: string },
): Promise<void> {
  await endSessions(options.endpoints, options.deadApplicationName);
  await withMove('guard', options, async (context, state) => {
    const { gate } = options;
    const to = state?.writesTo ?? 'source';
    const isDecided =
      (state?.phase === 'moving' && to === 'target') || (state?.phase === 'returning' && to === 'source');
    const catalog = await readCatalog(context.source);
    const tables = findTables(context.service, context.mapped, catalog, 'the source');
    if (isDecided) {
      await endSwitch(context, { to, tables, sequences: sequencesOf(catalog, tables), gate });
      return;
    }
    if (state?.phase === 'moving' || state?.phase === 'returning') await openSide(context, to, tables);
    await gate.release(to);
  });
}

/** A statement of a killed process goes on in its server, and could lock behind our back what we open. */
async function endSessions(endpoints: Endpoints, applicationName: string): Promise<void> {
  for (const [url, what] of [
    [endpoints.source, 'the source'],
    [endpoints.target, 'the target'],
  ] as const) {
    const client = await connect(url, { what, applicationName: 'migration guard' });
    try {
      await waitUntil(
        async () => {
          const { rowCount } = await client.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE application_name = $1 AND usename = current_user AND datname = current_database()`,
            [applicationName],
          );
          return rowCount === 0 ? true : undefined;
        },
        {
          what: `The sessions of ${applicationName} in ${what} did not end`,
          milliseconds: LONGEST_END_MILLISECONDS,
          pauseMilliseconds: 50,
        },
      );
    } finally {
      await disconnect(client);
    }
  }
}
