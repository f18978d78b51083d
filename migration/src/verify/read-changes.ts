import type pg from 'pg';
import { displayName, sameName, type Table } from '../catalog/index.js';
import { MigrationError } from '../errors/index.js';
import { primaryKeyOf } from '../target-schema/index.js';
import { inTransaction } from '../connections/index.js';

/** Primary keys, as text in the key's order, of rows that were written; by the table's `schema.name`. */
export type ChangedKeys = ReadonlyMap<string, ReadonlyArray<ReadonlyArray<string>>>;

const FETCH = 5_000;

interface Relation {
  readonly table: Table | undefined;
  /** Positions of the primary key's columns in the relation's tuples. */
  readonly positions: ReadonlyArray<number>;
}

/**
 * Reads from a slot which rows were written, and leaves the slot where it is.
 *
 * Format: "Logical Replication Message Formats" of the PostgreSQL manual, protocol version 1.
 *
 * @param options.upTo position up to which transactions are read; all of them when not given
 * @param options.maximumKeys after which it gives up
 * @throws {MigrationError} `NOT_VERIFIED` when it cannot be told which rows, or too many were written
 */
export async function readChangedKeys(
  client: pg.Client,
  options: {
    readonly slot: string;
    readonly publication: string;
    readonly tables: ReadonlyArray<Table>;
    readonly upTo?: string;
    readonly maximumKeys: number;
  },
): Promise<ChangedKeys> {
  const { slot, publication, tables, maximumKeys } = options;
  const relations = new Map<number, Relation>();
  const keys = new Map<string, Map<string, ReadonlyArray<string>>>();
  let count = 0;
  await inTransaction(client, async () => {
    await client.query(
      `DECLARE changes NO SCROLL CURSOR FOR
         SELECT data FROM pg_logical_slot_peek_binary_changes($1, $2::pg_lsn, NULL, 'proto_version', '1', 'publication_names', $3)`,
      [slot, options.upTo ?? null, `"${publication}"`],
    );
    for (;;) {
      const { rows } = await client.query<{ data: Buffer }>(`FETCH ${FETCH} FROM changes`);
      if (rows.length === 0) return;
      for (const { data } of rows) {
        for (const [table, key] of keysOf(new MessageReader(data), relations, tables)) {
          const label = displayName(table);
          let known = keys.get(label);
          if (known === undefined) keys.set(label, (known = new Map<string, ReadonlyArray<string>>()));
          const name = JSON.stringify(key);
          if (!known.has(name)) count += 1;
          known.set(name, key);
          if (count > maximumKeys) {
            throw new MigrationError(
              'NOT_VERIFIED',
              `More than ${maximumKeys} rows were written since the verification. Run \`verify\` again, closer to the cut-over.`,
            );
          }
        }
      }
    }
  });
  return new Map([...keys].map(([table, known]) => [table, [...known.values()]]));
}

function keysOf(
  message: MessageReader,
  relations: Map<number, Relation>,
  tables: ReadonlyArray<Table>,
): ReadonlyArray<readonly [Table, ReadonlyArray<string>]> {
  const kind = message.character();
  if (kind === 'R') {
    const id = message.integer32();
    const name = { schema: message.text(), name: message.text() };
    message.integer8();
    const columns = Array.from({ length: message.integer16() }, () => {
      message.integer8();
      const column = message.text();
      message.integer32();
      message.integer32();
      return column;
    });
    const table = tables.find((candidate) => sameName(candidate, name));
    const positions = table === undefined ? [] : primaryKeyOf(table).map((column) => columns.indexOf(column));
    relations.set(id, { table, positions });
    return [];
  }
  if (kind === 'T') {
    const ids = message.integer32();
    message.integer8();
    const truncated = Array.from({ length: ids }, () => relations.get(message.integer32())?.table).find(
      Boolean,
    );
    if (truncated === undefined) return [];
    throw new MigrationError(
      'NOT_VERIFIED',
      `${displayName(truncated)} was truncated since the verification. Run \`verify\` again.`,
    );
  }
  if (kind !== 'I' && kind !== 'U' && kind !== 'D') return [];
  const relation = relations.get(message.integer32());
  if (relation?.table === undefined) return [];
  const found: Array<readonly [Table, ReadonlyArray<string>]> = [];
  while (message.hasMore()) {
    message.character();
    const tuple = message.tuple();
    const key = relation.positions.map((position) => tuple[position] ?? undefined);
    if (key.some((part) => part === undefined)) {
      throw new MigrationError(
        'NOT_VERIFIED',
        `${displayName(relation.table)} is replicated by another key than its primary key, so that what changed since the verification cannot be compared: ALTER TABLE ${displayName(relation.table)} REPLICA IDENTITY DEFAULT, then verify again.`,
      );
    }
    found.push([relation.table, key as ReadonlyArray<string>]);
  }
  return found;
}

/** Reads the binary messages of `pgoutput`. */
class MessageReader {
  private offset = 0;

  constructor(private readonly data: Buffer) {}

  hasMore(): boolean {
    return this.offset < this.data.length;
  }
  character(): string {
    return String.fromCharCode(this.integer8());
  }
  integer8(): number {
    return this.data.readUInt8(this.advance(1));
  }
  integer16(): number {
    return this.data.readInt16BE(this.advance(2));
  }
  integer32(): number {
    return this.data.readUInt32BE(this.advance(4));
  }
  text(): string {
    const end = this.data.indexOf(0, this.offset);
    const text = this.data.toString('utf8', this.offset, end);
    this.offset = end + 1;
    return text;
  }
  /** Values as text; null for null, undefined for what was not sent since it did not change. */
  tuple(): ReadonlyArray<string | null | undefined> {
    return Array.from({ length: this.integer16() }, () => {
      const kind = this.character();
      if (kind === 'n') return null;
      if (kind === 'u') return undefined;
      const length = this.integer32();
      const start = this.advance(length);
      return this.data.toString('utf8', start, start + length);
    });
  }
  private advance(bytes: number): number {
    const before = this.offset;
    this.offset += bytes;
    return before;
  }
}
