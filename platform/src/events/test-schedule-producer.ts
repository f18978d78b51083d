import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createEventContracts } from './contracts.js';
import { renewEpoch } from './epoch.js';
import { appendEvents } from './outbox.js';
import { pgTransactions } from './sql-transaction.js';
import type { TestDatabase } from './test-fixtures.js';
import { SOURCES, type ScheduledWrite } from './test-schedule.js';

/** What a producer keeps, beside the kit. */
export const producerTables = {
  sql: 'CREATE TABLE "widgets" ("id" UUID PRIMARY KEY, "name" TEXT NOT NULL, "version" INTEGER NOT NULL);',
  grants: 'GRANT SELECT, INSERT, UPDATE, DELETE ON widgets TO :"service_role";',
} as const;

/** What the producers of schedules tell. */
export const scheduleContracts = createEventContracts(
  SOURCES.map((source) => ({
    $id: `${source}.widget.renamed/1`,
    type: 'object',
    required: ['id', 'name', 'version'],
    properties: { id: { type: 'string' }, name: { type: 'string' }, version: { type: 'integer' } },
  })),
);

/** A widget as it is, and as a copy of it must be. */
export interface Widget {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}

/** An event of which the producer said that it happened. */
export interface AcknowledgedEvent extends Widget {
  readonly eventId: string;
  readonly sequence: bigint;
}

/** What a producer has acknowledged since its database was last restored, and what that left: the model. */
export interface ProducerModel {
  readonly widgets: ReadonlyMap<string, Widget>;
  readonly events: ReadonlyArray<AcknowledgedEvent>;
}

/** A source of events whose database can be saved and restored. */
export interface Producer {
  readonly model: ProducerModel;
  write(writes: ReadonlyArray<ScheduledWrite>): Promise<void>;
  backUp(): Promise<void>;
  /** Goes back to what was saved last, and begins a new epoch; to the beginning when nothing was. */
  restore(): Promise<void>;
  /** Begins another schedule, with other widgets. */
  reset(widgetIds: ReadonlyArray<string>): Promise<void>;
}

interface Backup {
  readonly tables: Readonly<Record<string, string>>;
  readonly sequence: string;
  readonly isCalled: boolean;
  readonly prunedThrough: string;
  readonly widgets: ReadonlyMap<string, Widget>;
}

const TABLES = ['widgets', 'outbox', 'outbox_consumers'] as const;

/** Makes the producer of a source over its database. */
export function createProducer(source: string, database: TestDatabase): Producer {
  const inTransaction = pgTransactions(database.pool);
  let widgetIds: ReadonlyArray<string> = [];
  let widgets = new Map<string, Widget>();
  let events: AcknowledgedEvent[] = [];
  let backup: Backup | undefined;
  let names = 0;

  const write = async ({ widgets: numbers, slowMilliseconds, rollsBack }: ScheduledWrite): Promise<void> => {
    const undone = new Error('undone');
    try {
      const told = await inTransaction(async (transaction) => {
        const changed: Widget[] = [];
        for (const number of numbers) {
          names += 1;
          const [row] = await transaction.$queryRawUnsafe<ReadonlyArray<Widget>>(
            `INSERT INTO widgets VALUES ($1, $2, 1) ON CONFLICT (id)
             DO UPDATE SET name = excluded.name, version = widgets.version + 1 RETURNING id::text, name, version`,
            widgetIds[number],
            `name ${names}`,
          );
          changed.push(row as Widget);
        }
        const appended = await appendEvents(
          transaction,
          scheduleContracts,
          changed.map((widget) => ({
            type: `${source}.widget.renamed`,
            aggregate: { type: 'widget', id: widget.id },
            data: { ...widget },
          })),
        );
        await sleep(slowMilliseconds);
        if (rollsBack) {
          throw undone;
        }
        return changed.map((widget, index) => ({
          ...widget,
          eventId: appended[index]?.id as string,
          sequence: appended[index]?.sequence as bigint,
        }));
      });
      for (const event of told) {
        events.push(event);
        if (event.version > (widgets.get(event.id)?.version ?? 0)) {
          widgets.set(event.id, { id: event.id, name: event.name, version: event.version });
        }
      }
    } catch (error) {
      if (error !== undone) {
        throw error;
      }
    }
  };

  const read = async (client: pg.Client): Promise<Backup> => {
    const tables: Record<string, string> = {};
    for (const table of TABLES) {
      const { rows } = await client.query<{ rows: string }>(
        `SELECT COALESCE(json_agg(t), '[]')::text AS rows FROM ${table} t`,
      );
      tables[table] = rows[0]?.rows ?? '[]';
    }
    const { rows } = await client.query<Pick<Backup, 'sequence' | 'isCalled' | 'prunedThrough'>>(
      `SELECT last_value::text AS sequence, is_called AS "isCalled", pruned_through::text AS "prunedThrough"
         FROM outbox_sequence, outbox_epoch`,
    );
    return { ...(rows[0] as (typeof rows)[number]), tables, widgets: new Map(widgets) };
  };

  const replace = async (client: pg.Client, saved: Backup): Promise<void> => {
    await client.query('BEGIN');
    await client.query(`TRUNCATE ${TABLES.join(', ')}`);
    for (const table of TABLES) {
      await client.query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`, [
        saved.tables[table],
      ]);
    }
    await client.query(`SELECT setval('outbox_sequence', $1, $2)`, [saved.sequence, saved.isCalled]);
    await client.query('UPDATE outbox_epoch SET pruned_through = $1', [saved.prunedThrough]);
    await renewEpoch(client);
    await client.query('COMMIT');
    widgets = new Map(saved.widgets);
    events = [];
  };

  const asSuperuser = async <Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> => {
    const client = new pg.Client({ connectionString: database.superuserUrl });
    await client.connect();
    try {
      await client.query(`SET search_path = ${database.schema}`);
      return await work(client);
    } finally {
      await client.end();
    }
  };

  return {
    get model() {
      return { widgets, events };
    },
    async write(writes) {
      await Promise.all(writes.map(write));
    },
    async backUp() {
      backup = await asSuperuser(read);
    },
    async restore() {
      const saved = backup;
      if (saved !== undefined) {
        await asSuperuser((client) => replace(client, saved));
      }
    },
    async reset(ids) {
      widgetIds = ids;
      // The numbers go on: no restore, but the beginning of another log.
      await asSuperuser(async (client) => {
        const { sequence, isCalled } = await read(client);
        const tables = Object.fromEntries(TABLES.map((table) => [table, '[]']));
        await replace(client, { tables, sequence, isCalled, prunedThrough: '0', widgets: new Map() });
      });
      backup = await asSuperuser(read);
    },
  };
}
