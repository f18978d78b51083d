import type pg from 'pg';
import { displayName, readCatalog, STATE_SCHEMA, type Table } from '../catalog/index.js';
import { connect, disconnect, type Endpoints } from '../connections/index.js';
import { serviceOf, type Mapping } from '../mapping/index.js';
import { readStream, type StreamState } from '../replication/index.js';
import {
  databaseIdentity,
  namesFor,
  readState,
  readWriteLock,
  type Phase,
  type Side,
} from '../state/index.js';
import { shapeDifferences, shapeDigest } from '../target-schema/index.js';
import { findVisitors, type Visitor } from './visitors.js';

/** Where one service stands, and what is not as it should be. */
export interface ServiceStatus {
  readonly service: string;
  /** Undefined when it was never started. */
  readonly phase: Phase | undefined;
  readonly writesTo: Side;
  readonly updatedAt: string | undefined;
  readonly forward: StreamState | undefined;
  readonly reverse: StreamState | undefined;
  readonly verifiedAt: string | undefined;
  readonly verificationAgrees: boolean | undefined;
  readonly lastOutageMilliseconds: number | undefined;
  /** Sentences, each with what to do; none when all is well. */
  readonly drift: ReadonlyArray<string>;
  /** Who uses the tables on the side that does not serve them. */
  readonly visitors: ReadonlyArray<Visitor>;
}

export interface StatusOptions {
  readonly service: string;
  readonly mapping: Mapping;
  readonly endpoints: Endpoints;
  /** How long to look for visitors, in milliseconds. Default: 1 000. */
  readonly watchMilliseconds?: number;
}

/** Further behind than this a stream is worth a look. */
const LAG_BYTES = 64 * 1024 * 1024;

/**
 * Says where a service stands. It changes nothing and waits for nobody, so that it works beside every other command.
 *
 * @throws MigrationError
 */
export async function readStatus(options: StatusOptions): Promise<ServiceStatus> {
  const { service, mapping, endpoints } = options;
  const mapped = serviceOf(mapping, service);
  const applicationName = `migration status ${service}`;
  let source: pg.Client | undefined;
  let target: pg.Client | undefined;
  try {
    source = await connect(endpoints.source, { what: 'the source', applicationName });
    const state = await readState(source, service);
    if (state === undefined) return notStarted(service);
    target = await connect(endpoints.target, { what: `the target of ${service}`, applicationName });
    const isOwn = ({ schema, name }: Table): boolean =>
      mapped.tables.some((place) => place.schema === schema && place.table === name);
    const [ofSource, ofTarget] = [await readCatalog(source), await readCatalog(target)];
    const [here, there] = [ofSource.tables.filter(isOwn), ofTarget.tables.filter(isOwn)];
    const names = namesFor(service);
    const isOver = state.phase === 'finished' || state.phase === 'finishing';
    const forward = isOver
      ? undefined
      : await readStream({
          publisher: source,
          subscriber: target,
          publisherUrl: '',
          name: names.forward,
          publication: names.publication,
        });
    const reverse =
      state.details.reverse === true && !isOver
        ? await readStream({
            publisher: target,
            subscriber: source,
            publisherUrl: '',
            name: names.reverse,
            publication: names.publication,
          })
        : undefined;
    const { rows } = await source.query<{ agrees: boolean; at: Date }>(
      `SELECT agrees, finished_at AS at FROM ${STATE_SCHEMA}.verification WHERE service = $1`,
      [service],
    );
    const idle: Side = state.writesTo === 'source' ? 'target' : 'source';
    const idleTables = idle === 'source' ? here : there;
    const drift = [
      ...(state.target === (await databaseIdentity(target))
        ? []
        : ['The target URL leads to another database than the one that `start` was run with.']),
      ...streamDrift('forward', forward),
      ...streamDrift('back', reverse),
      ...(isOver
        ? []
        : shapeDifferences({ catalog: ofSource, tables: here }, { catalog: ofTarget, tables: there })),
      ...here.flatMap((table) => {
        const before = state.details.shapes?.[displayName(table)];
        return before === undefined || before === shapeDigest(table)
          ? []
          : [
              `${displayName(table)} was changed on the source since streaming began; make the same change on the target, then run \`start\` and \`verify\`.`,
            ];
      }),
      ...(await lockDrift(options, state.phase, { source, target }, { source: here, target: there }, idle)),
    ];
    return {
      service,
      phase: state.phase,
      writesTo: state.writesTo,
      updatedAt: state.updatedAt.toISOString(),
      forward,
      reverse,
      verifiedAt: rows[0]?.at.toISOString(),
      verificationAgrees: rows[0]?.agrees,
      lastOutageMilliseconds: state.details.lastSwitch?.outageMilliseconds,
      drift,
      visitors: await findVisitors(
        idle === 'source' ? source : target,
        idleTables,
        options.watchMilliseconds ?? 1_000,
      ),
    };
  } finally {
    await disconnect(source, target);
  }
}

function notStarted(service: string): ServiceStatus {
  return {
    service,
    phase: undefined,
    writesTo: 'source',
    updatedAt: undefined,
    forward: undefined,
    reverse: undefined,
    verifiedAt: undefined,
    verificationAgrees: undefined,
    lastOutageMilliseconds: undefined,
    drift: [],
    visitors: [],
  };
}

function streamDrift(direction: 'forward' | 'back', stream: StreamState | undefined): ReadonlyArray<string> {
  if (stream === undefined) return [];
  const again =
    direction === 'forward' ? 'Run `start` again: it copies anew.' : 'There is no rollback any more.';
  if (stream.slot !== 'usable')
    return [`The slot of the stream ${direction} is ${stream.slot === 'lost' ? 'lost' : 'gone'}. ${again}`];
  if (!stream.subscribed) return [`The subscription of the stream ${direction} was dropped. ${again}`];
  return [
    ...(stream.enabled ? [] : [`The subscription of the stream ${direction} is disabled; enable it.`]),
    ...(stream.enabled && !stream.running
      ? [
          `The stream ${direction} is not connected at this moment; the log of the server that receives it says why.`,
        ]
      : []),
    ...(stream.errors > 0
      ? [
          `The stream ${direction} has failed ${stream.errors} times; the log of the server that receives it says why.`,
        ]
      : []),
    ...(stream.lagBytes > LAG_BYTES
      ? [`The stream ${direction} is ${Math.round(stream.lagBytes / 1024 / 1024)} MB behind.`]
      : []),
  ];
}

async function lockDrift(
  { service }: StatusOptions,
  phase: Phase,
  clients: Readonly<Record<Side, pg.Client>>,
  tables: Readonly<Record<Side, ReadonlyArray<Table>>>,
  idle: Side,
): Promise<ReadonlyArray<string>> {
  if (!['streaming', 'moved'].includes(phase)) return [];
  const serving: Side = idle === 'source' ? 'target' : 'source';
  const [ofIdle, ofServing] = [
    await readWriteLock(clients[idle], service, tables[idle]),
    await readWriteLock(clients[serving], service, tables[serving]),
  ];
  return [
    ...(ofIdle === 'closed'
      ? []
      : [
          `Somebody opened tables of ${service} on the ${idle}, which is not served from there: what is written there is lost or breaks the stream. Verify, and close them again.`,
        ]),
    ...(ofServing === 'open'
      ? []
      : [`Somebody locked tables of ${service} on the ${serving}, which takes the writes.`]),
  ];
}
