import type pg from 'pg';
import {
  connect,
  disconnect,
  explainBreak,
  requireTwoDatabases,
  type Endpoints,
  type NamedSession,
} from '../connections/index.js';
import { MigrationError } from '../errors/index.js';
import { serviceOf, type MappedService, type Mapping } from '../mapping/index.js';
import {
  acquireRunLock,
  applicationNameFor,
  databaseIdentity,
  namesFor,
  readState,
  requirePhase,
  type MoveNames,
  type ServiceState,
  type StatefulCommand,
} from '../state/index.js';
import type { Report } from './report.js';

/** What every command of a service's move works with. */
export interface MoveContext {
  readonly service: string;
  readonly mapping: Mapping;
  readonly mapped: MappedService;
  readonly names: MoveNames;
  readonly endpoints: Endpoints;
  /** Sessions with pinned settings; the source's holds the run lock. */
  readonly source: pg.Client;
  readonly target: pg.Client;
  readonly targetIdentity: string;
  readonly report: Report;
  /** Opens one more session. */
  connect(side: 'source' | 'target'): Promise<pg.Client>;
}

export interface MoveOptions {
  readonly service: string;
  readonly mapping: Mapping;
  readonly endpoints: Endpoints;
  /** Told what happens; nothing is told by default. */
  readonly report?: Report;
}

/**
 * Opens both databases, makes sure that nobody else works on the service and that the command makes sense now, and
 * runs the work.
 *
 * @throws MigrationError
 */
export async function withMove<Result>(
  command: StatefulCommand,
  options: MoveOptions,
  work: (context: MoveContext, state: ServiceState | undefined) => Promise<Result>,
): Promise<Result> {
  const { service, mapping, endpoints } = options;
  const mapped = serviceOf(mapping, service);
  requireTwoDatabases(endpoints);
  const applicationName = applicationNameFor(command, service);
  const sessions: NamedSession[] = [];
  const open = async (side: 'source' | 'target'): Promise<pg.Client> => {
    const what = side === 'source' ? 'the source' : `the target of ${service}`;
    const client = await connect(endpoints[side], { what, applicationName });
    sessions.push({ client, what });
    return client;
  };
  try {
    const source = await open('source');
    const target = await open('target');
    await acquireRunLock(source, service);
    const state = await readState(source, service);
    requirePhase(command, service, state?.phase);
    const targetIdentity = await databaseIdentity(target);
    if (state !== undefined && state.target !== targetIdentity) {
      throw new MigrationError(
        'BAD_CONNECTION',
        `${service} is moving to another database than the one that the target URL leads to ` +
          `(${state.target}, not ${targetIdentity}). Give the URL that \`start\` was run with.`,
      );
    }
    const context: MoveContext = {
      service,
      mapping,
      mapped,
      names: namesFor(service),
      endpoints,
      source,
      target,
      targetIdentity,
      report: options.report ?? (() => undefined),
      connect: open,
    };
    return await work(context, state);
  } catch (error) {
    throw await explainBreak(error, command, sessions);
  } finally {
    // The one that holds the run lock last.
    await disconnect(...sessions.slice(1).map(({ client }) => client));
    await disconnect(sessions[0]?.client);
  }
}
