import { randomUUID } from 'node:crypto';
import { beginPiece, codeOf, currentRequest, formatTraceparent } from '../telemetry/index.js';
import type { EventContracts } from './contracts.js';
import { crashPoint } from './crash-points.js';
import type { Aggregate, EntityReference } from './envelope.js';
import { noteAppended } from './request-changes.js';
import type { SqlTransaction } from './sql-transaction.js';

/** An event to be told. */
export interface NewEvent {
  /** `service.aggregate.happened`. */
  readonly type: string;
  readonly aggregate: Aggregate;
  /** Fits the latest contract of the type. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The entities of the graph that it changed; caches drop them. */
  readonly entities?: ReadonlyArray<EntityReference>;
  /** Who did it, as a bare id; absent for the system itself. */
  readonly actor?: string | null;
  readonly client?: { readonly ip?: string | null; readonly userAgent?: string | null };
  /** Now when not given. */
  readonly occurredAt?: Date;
}

/** An event as it was numbered. It is told if the transaction commits. */
export interface AppendedEvent {
  readonly id: string;
  readonly epoch: string;
  readonly sequence: bigint;
}

/** A change that one statement makes and tells. */
export interface ToldChange {
  /**
   * Common table expressions, without `WITH`. The one that is named `changed` has a row exactly when the change came
   * about, and makes or locks the aggregate's row.
   */
  readonly expressions: string;
  /** Of their parameters, from `$1` on. */
  readonly values: ReadonlyArray<unknown>;
}

/** Where a service writes its events. */
export interface Outbox {
  /**
   * Appends events in the transaction of the change that they tell, in their order. Lock the aggregate's row first,
   * by changing it or by `FOR UPDATE`: events of one aggregate are then numbered in the order of its changes.
   *
   * @throws {EventContractError} for an event that its contract refuses: nothing is written
   */
  append(
    transaction: SqlTransaction,
    ...events: ReadonlyArray<NewEvent>
  ): Promise<ReadonlyArray<AppendedEvent>>;
  /**
   * Makes a change and appends its event by one statement, which is a transaction of its own: for what is done so often
   * that `BEGIN`, a second statement and `COMMIT` count.
   *
   * @param client runs one statement, in no transaction or in one
   * @returns undefined when the change did not come about: nothing was told
   * @throws {EventContractError} for an event that its contract refuses: nothing is written
   */
  appendWith(client: SqlTransaction, change: ToldChange, event: NewEvent): Promise<AppendedEvent | undefined>;
}

/** Larger events do not belong in a log that everybody reads: tell the id, and let who needs more ask. */
const MAXIMUM_DATA_BYTES = 64 * 1024;

/**
 * Makes the outbox of a service.
 *
 * @param options.source the service's name, with which the types of its events begin
 * @param options.onAppend told of every append, before the transaction ends: see {@link SettledLog.touch}
 */
export function createOutbox(options: {
  readonly source: string;
  readonly contracts: EventContracts;
  readonly onAppend?: () => void;
}): Outbox {
  const { source, contracts, onAppend } = options;
  const requireOwn = (events: ReadonlyArray<NewEvent>): void => {
    for (const { type } of events) {
      if (!type.startsWith(`${source}.`)) {
        throw new Error(`\`${source}\` tells events of its own; \`${type}\` belongs to another service.`);
      }
    }
  };
  return {
    async append(transaction, ...events) {
      if (events.length === 0) {
        return [];
      }
      requireOwn(events);
      const appended = await appendEvents(transaction, contracts, events);
      noteAppended(events, appended);
      onAppend?.();
      return appended;
    },
    async appendWith(client, { expressions, values }, event) {
      requireOwn([event]);
      const [appended] = await insert(client, contracts, [event], {
        statement: insertStatement({ expressions, parameter: values.length + 1 }),
        values,
      });
      if (appended === undefined) {
        return undefined;
      }
      noteAppended([event], [appended]);
      onAppend?.();
      return appended;
    },
  };
}

/** Appends one event; see {@link Outbox.append}, which is this with the service's own settings. */
export async function appendEvent(
  transaction: SqlTransaction,
  contracts: EventContracts,
  event: NewEvent,
): Promise<AppendedEvent> {
  const [appended] = await appendEvents(transaction, contracts, [event]);
  if (appended === undefined) {
    throw new Error('PostgreSQL inserted an event and gave no row for it.');
  }
  return appended;
}

/** Appends any number of events by one statement; see {@link Outbox.append}. */
export async function appendEvents(
  transaction: SqlTransaction,
  contracts: EventContracts,
  events: ReadonlyArray<NewEvent>,
): Promise<ReadonlyArray<AppendedEvent>> {
  const appended = await insert(transaction, contracts, events, { statement: INSERT, values: [] });
  crashPoint('outbox.afterInsert');
  return appended;
}

/** @param how the statement, and the values that come before the events among its parameters */
async function insert(
  client: SqlTransaction,
  contracts: EventContracts,
  events: ReadonlyArray<NewEvent>,
  how: { readonly statement: string; readonly values: ReadonlyArray<unknown> },
): Promise<ReadonlyArray<AppendedEvent>> {
  const span = beginPiece({
    name: `append ${events[0]?.type ?? ''}`,
    kind: 'producer',
    attributes: {
      'messaging.operation.type': 'send',
      'messaging.destination.name': events[0]?.type ?? '',
      'messaging.batch.message_count': events.length,
    },
  });
  const trace = span?.trace ?? currentRequest()?.trace;
  const traceparent = trace === undefined ? null : formatTraceparent(trace);
  try {
    const rows = events.map((event) => toRow(event, contracts, traceparent));
    const appended = await client.$queryRawUnsafe<
      ReadonlyArray<{ id: string; sequence: string; epoch: string }>
    >(how.statement, ...how.values, JSON.stringify(rows));
    return appended.map(({ id, sequence, epoch }) => ({ id, epoch, sequence: BigInt(sequence) }));
  } catch (error) {
    span?.fail(codeOf(error));
    throw error;
  } finally {
    span?.end();
  }
}

/**
 * The order of the list is the order of the numbers: a default is computed after the sort that it sits on. With a change
 * before it, also after that: `changed` is read to its end before the first event is.
 *
 * @param change.parameter number of the parameter that holds the events
 */
function insertStatement(change: { readonly expressions?: string; readonly parameter: number }): string {
  const { expressions, parameter } = change;
  return `
  WITH ${expressions === undefined ? '' : `${expressions},`} inserted AS (
    INSERT INTO outbox (event_id, type, version, aggregate_type, aggregate_id, data, entities, actor, client_ip,
                        client_user_agent, traceparent, occurred_at)
    SELECT e.event_id, e.type, e.version, e.aggregate_type, e.aggregate_id, e.data, e.entities, e.actor, e.client_ip,
           e.client_user_agent, e.traceparent, e.occurred_at
      FROM ROWS FROM (jsonb_to_recordset($${parameter}::jsonb) AS (
             event_id uuid, type text, version int, aggregate_type text, aggregate_id text, data jsonb, entities jsonb,
             actor text, client_ip text, client_user_agent text, traceparent text, occurred_at timestamptz
           )) WITH ORDINALITY e
     ${expressions === undefined ? '' : 'WHERE (SELECT count(*) FROM changed) > 0'}
     ORDER BY e.ordinality
    RETURNING event_id, sequence
  )
  SELECT i.event_id::text AS id, i.sequence::text AS sequence, o.epoch::text AS epoch
    FROM inserted i CROSS JOIN outbox_epoch o ORDER BY i.sequence`;
}

const INSERT = insertStatement({ parameter: 1 });

function toRow(
  event: NewEvent,
  contracts: EventContracts,
  traceparent: string | null,
): Readonly<Record<string, unknown>> {
  const version = contracts.latestVersion(event.type);
  contracts.requireValid(event.type, version, event.data);
  const size = Buffer.byteLength(JSON.stringify(event.data));
  if (size > MAXIMUM_DATA_BYTES) {
    throw new Error(
      `An event \`${event.type}\` has ${size} bytes of data; ${MAXIMUM_DATA_BYTES} is the most.`,
    );
  }
  if (event.aggregate.type === '' || event.aggregate.id === '') {
    throw new Error(`An event \`${event.type}\` does not say which aggregate it is about.`);
  }
  return {
    event_id: randomUUID(),
    type: event.type,
    version,
    aggregate_type: event.aggregate.type,
    aggregate_id: event.aggregate.id,
    data: event.data,
    entities: event.entities ?? [],
    actor: event.actor ?? null,
    client_ip: event.client?.ip ?? null,
    client_user_agent: event.client?.userAgent ?? null,
    traceparent,
    occurred_at: (event.occurredAt ?? new Date()).toISOString(),
  };
}
