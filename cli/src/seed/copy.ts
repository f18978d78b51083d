import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { encodeCopyRow, type CopyRow } from './copy-text.js';

/** Where rows go, and whom to tell. */
export interface CopyOptions {
  /** In the transaction that the rows belong to. */
  readonly client: pg.Client;
  readonly schema: string;
  readonly table: string;
  readonly columns: ReadonlyArray<string>;
  /** Read no faster than PostgreSQL takes them. */
  readonly rows: Iterable<CopyRow> | AsyncIterable<CopyRow>;
  /** Ends the copy; the transaction can only be rolled back then. */
  readonly signal?: AbortSignal | undefined;
  /** Told again and again how many rows were handed over. */
  readonly onRows?: ((rows: number) => void) | undefined;
}

const CHUNK_CHARACTERS = 65_536;
/**
 * PostgreSQL remembers a statement's rows until its foreign keys are verified, at the statement's end: many
 * statements keep that memory small, and the progress steady.
 */
const ROWS_PER_STATEMENT = 50_000;

/**
 * Streams rows into a table with `COPY … FROM STDIN`. However many there are, memory holds a few chunks of them.
 *
 * @returns how many rows were copied
 * @throws PostgreSQL's error when it refuses a row, the signal's reason when it was aborted, and the connection's
 *   error when that broke
 */
export async function copyRows(options: CopyOptions): Promise<number> {
  const { client, schema, table, columns } = options;
  const statement =
    `COPY ${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)} ` +
    `(${columns.map((column) => pg.escapeIdentifier(column)).join(', ')}) FROM STDIN`;
  const source = new RowSource(options);
  try {
    while (!source.exhausted) {
      options.signal?.throwIfAborted();
      const sink = client.query(copyFrom(statement));
      await pipeline(Readable.from(source.chunks()), sink, { signal: options.signal });
    }
    return source.handedOver;
  } finally {
    await source.close();
  }
}

/** Rows as encoded chunks, a statement's worth at a time. */
class RowSource {
  exhausted = false;
  handedOver = 0;
  readonly #rows: Iterator<CopyRow> | AsyncIterator<CopyRow>;
  readonly #onRows: (rows: number) => void;

  constructor({ rows, onRows }: CopyOptions) {
    this.#rows = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();
    this.#onRows = onRows ?? (() => undefined);
  }

  async *chunks(): AsyncGenerator<Buffer> {
    let text = '';
    let pending = 0;
    for (let row = 0; row < ROWS_PER_STATEMENT; row += 1) {
      const next = await this.#rows.next();
      if (next.done === true) {
        this.exhausted = true;
        break;
      }
      text += encodeCopyRow(next.value);
      pending += 1;
      if (text.length >= CHUNK_CHARACTERS) {
        yield Buffer.from(text);
        this.#tell(pending);
        [text, pending] = ['', 0];
      }
    }
    if (text !== '') {
      yield Buffer.from(text);
      this.#tell(pending);
    }
  }

  async close(): Promise<void> {
    if (!this.exhausted) {
      await this.#rows.return?.();
    }
  }

  #tell(rows: number): void {
    this.handedOver += rows;
    this.#onRows(this.handedOver);
  }
}
