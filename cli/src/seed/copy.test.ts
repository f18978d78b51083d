import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTemporaryPostgres, type TemporaryPostgres } from '@supergraph/platform/embedded-postgres';
import pg from 'pg';
import { copyRows } from './copy.js';
import type { CopyRow } from './copy-text.js';

let server: TemporaryPostgres;
let client: pg.Client;
beforeAll(async () => {
  server = await startTemporaryPostgres();
});
afterAll(() => server?.stop('immediate'));
beforeEach(async () => {
  client = new pg.Client({ connectionString: server.superuserUrl() });
  client.on('error', () => undefined);
  await client.connect();
  await client.query(
    'CREATE TABLE IF NOT EXISTS things (number int PRIMARY KEY, "odd ""name" text); TRUNCATE things',
  );
  return () => client.end();
});
const target = { schema: 'public', table: 'things', columns: ['number', 'odd "name'] };

async function read(): Promise<ReadonlyArray<string | null>> {
  const { rows } = await client.query<{ text: string | null }>(
    'SELECT "odd ""name" AS text FROM things ORDER BY number',
  );
  return rows.map(({ text }) => text);
}

function* forever(): Generator<CopyRow> {
  for (let number = 0; ; number += 1) {
    yield [number, `thing ${number}`];
  }
}

describe('copyRows', () => {
  it('keeps every character, and tells nothing from empty', async () => {
    const texts = [
      ...[
        '',
        null,
        '\\N',
        '\\.',
        '\n\\.\n',
        '\t',
        '\r\n',
        '\r',
        '"quoted, ""twice"""',
        "it's; -- DROP TABLE things",
      ],
      ...['back\\slash\\', '\\\\', '\\t', '\b\f\v', 'ÆØÅ ß ł 漢字 🦦', '\u2028', '   ', '{1,2}', '%s $1 :x'],
    ];
    expect(await copyRows({ client, ...target, rows: texts.map((text, index) => [index, text]) })).toBe(
      texts.length,
    );
    expect(await read()).toEqual(texts);
  });

  it.each(['a\u0000b', '\ud800'])('refuses what PostgreSQL cannot keep: %j', async (text) => {
    await expect(copyRows({ client, ...target, rows: [[1, text]] })).rejects.toThrow(RangeError);
    expect(await read()).toEqual([]);
  });

  it('reads rows no faster than they are taken, and takes them from anywhere', async () => {
    const told: number[] = [];
    async function* some(): AsyncGenerator<CopyRow> {
      for (let number = 0; number < 120_000; number += 1) {
        yield [number, 'x'.repeat(20)];
      }
    }
    expect(await copyRows({ client, ...target, rows: some(), onRows: (rows) => told.push(rows) })).toBe(
      120_000,
    );
    expect((await read()).length).toBe(120_000);
    expect(told.at(-1)).toBe(120_000);
    expect(told).toEqual([...told].sort((one, other) => one - other));
    const largest = Math.max(...told.map((rows, index) => rows - (told[index - 1] ?? 0)));
    expect(largest).toBeLessThan(5_000);
  });

  it('copies nothing when there is nothing', async () => {
    expect(await copyRows({ client, ...target, rows: [] })).toBe(0);
  });

  it('says what PostgreSQL refuses, and leaves the connection usable', async () => {
    const rows: ReadonlyArray<CopyRow> = [1, 2, 1].map((number) => [number, 'x']);
    await expect(copyRows({ client, ...target, rows })).rejects.toThrow(/duplicate key/);
    expect(await read()).toEqual([]);
  });

  it('ends when it is told to, in the middle of endless rows', async () => {
    const controller = new AbortController();
    await client.query('BEGIN');
    const copying = copyRows({
      ...{ client, ...target, rows: forever(), signal: controller.signal },
      onRows: (rows) => rows > 60_000 && controller.abort(),
    });
    await expect(copying).rejects.toThrow(/aborted/);
    await client.query('ROLLBACK');
    expect(await read()).toEqual([]);
  });

  it('fails when the connection was gone before', async () => {
    await client.end();
    await expect(copyRows({ client, ...target, rows: forever() })).rejects.toThrow(/closed|ended/);
  });

  // Comes last: the server begins anew afterwards.
  it('fails when the server’s process is killed, instead of waiting for ever', async () => {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    let killed = false;
    const copying = copyRows({
      ...{ client, ...target, rows: forever() },
      onRows: (count) => {
        if (count > 20_000 && !killed) {
          killed = true;
          process.kill(rows[0]?.pid ?? NaN, 'SIGKILL');
        }
      },
    });
    await expect(copying).rejects.toThrow(/connection|ended|EPIPE|ECONNRESET/i);
  });
});
