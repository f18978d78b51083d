import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTemporaryPostgres, type TemporaryPostgres } from '@supergraph/platform/embedded-postgres';
import pg from 'pg';
import { parseMapping } from '../mapping/index.js';
import { hasPgBouncer, startBouncer, type TestBouncer } from '../testing/bouncer.js';
import { buildTestCommand, type TestCommand } from '../testing/command.js';
import type { Gate } from './gate.js';
import { guardedGate, startGuard, type GuardTask } from './guard.js';
import { pgBouncerGate, pointLine, type PgBouncerGateOptions } from './pgbouncer-gate.js';

describe('pointLine', () => {
  const url = 'postgresql://someone:secret@10.0.0.7:6000/lending_db';

  it('changes host, port and name, and leaves the rest', () => {
    const text =
      '[databases]\nother = host=a\nlibrary = host=127.0.0.1 port=5432 user=app dbname=library pool_size=7\n';
    expect(pointLine(text, 'library', url)).toBe(
      '[databases]\nother = host=a\nlibrary = host=10.0.0.7 port=6000 dbname=lending_db user=app pool_size=7\n',
    );
  });

  it('adds what the line did not say, and quotes what has to be', () => {
    expect(pointLine('"library"=', 'library', 'postgresql://h/odd%20name')).toBe(
      `"library"= host=h port=5432 dbname='odd name'`,
    );
  });

  it('finds no line for a name that is a part of another', () => {
    expect(pointLine('library_old = host=a', 'library', url)).toBeUndefined();
  });
});

(hasPgBouncer(process.env) ? describe : describe.skip)('PgBouncer as the gate', () => {
  let servers: ReadonlyArray<TemporaryPostgres>;
  let bouncer: TestBouncer;
  let task: GuardTask;
  let gate: Gate;
  let clients: pg.Pool;
  let file: string;
  let command: TestCommand;
  let place: Pick<PgBouncerGateOptions, 'adminUrl' | 'database' | 'file' | 'endpoints'>;

  beforeAll(async () => {
    servers = await Promise.all([startTemporaryPostgres(), startTemporaryPostgres()]);
    for (const [index, server] of servers.entries()) {
      const admin = new pg.Client({ connectionString: server.superuserUrl() });
      await admin.connect();
      await admin.query(`CREATE ROLE app LOGIN PASSWORD 'app-password'`);
      await admin.query(`CREATE DATABASE world_${index} OWNER app`);
      await admin.end();
    }
    const url = (index: number): string =>
      `postgresql://app:app-password@127.0.0.1:${servers[index]!.port}/world_${index}`;
    bouncer = await startBouncer({ name: 'library', url: url(0) });
    file = bouncer.file;
    clients = new pg.Pool({ connectionString: bouncer.url, max: 5 });
    clients.on('error', () => undefined);
    command = await buildTestCommand();
    const endpoints = { source: url(0), target: url(1) };
    place = { adminUrl: bouncer.adminUrl, database: 'library', file, endpoints };
    task = {
      service: 'library',
      mapping: parseMapping({
        version: 1,
        services: {
          library: {
            tables: [{ schema: 'public', table: 'books' }],
            gate: { kind: 'pgbouncer', database: 'library', file },
          },
        },
      }),
      endpoints: { ...endpoints, sourceForServers: url(0), targetForServers: url(1) },
      addresses: { urls: [], secret: undefined, pgbouncer: bouncer.adminUrl },
      applicationName: 'migration cutover library pid 0 on nowhere',
    };
    gate = pgBouncerGate(place);
  }, 60_000);
  afterAll(async () => {
    await gate.close();
    await command.remove();
    await clients.end();
    await bouncer.stop();
    await Promise.all(servers.map((server) => server.stop('immediate')));
  });

  const where = async (): Promise<string> => {
    const { rows } = await clients.query<{ name: string }>('SELECT current_database() AS name');
    return rows[0]!.name;
  };

  it('holds clients without an error and lets them go on in the other database', async () => {
    expect(await where()).toBe('world_0');
    await gate.hold({ deadlineMilliseconds: 10_000, leaseMilliseconds: 10_000 });
    await gate.hold({ deadlineMilliseconds: 10_000, leaseMilliseconds: 10_000 });
    let isDone = false;
    const held = Promise.all([where(), where()]).finally(() => (isDone = true));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isDone).toBe(false);
    await gate.release('target');
    expect(await held).toEqual(['world_1', 'world_1']);
    await gate.release('target');
    expect(await readFile(file, 'utf8')).toContain(`port=${servers[1]!.port} dbname=world_1`);
  });

  it('gives up when a transaction does not end, and nobody is held any more', async () => {
    const busy = await clients.connect();
    await busy.query('BEGIN');
    await busy.query('SELECT 1');
    await expect(gate.hold({ deadlineMilliseconds: 200, leaseMilliseconds: 10_000 })).rejects.toMatchObject({
      code: 'GATE_FAILED',
    });
    expect(await where()).toBe('world_1');
    await busy.query('COMMIT');
    busy.release();
    await gate.hold({ deadlineMilliseconds: 10_000, leaseMilliseconds: 10_000 });
    await gate.release('source');
    expect(await where()).toBe('world_0');
  });

  it.each([
    ['whoever held them is gone', 600_000, true],
    ['they were held for longer than was said', 200, false],
  ])('lets clients go on by itself when %s', async (_, leaseMilliseconds, isGone) => {
    const guard = startGuard(command.program, task);
    const guarded = guardedGate(pgBouncerGate(place), guard);
    await guarded.hold({ deadlineMilliseconds: 10_000, leaseMilliseconds });
    const held = where();
    // All that a guard ever hears of a process that was killed.
    if (isGone) guard.close();
    expect(await held).toBe('world_0');
    await guarded.close();
  });

  it('leaves clients alone when they were released', async () => {
    const guard = startGuard(command.program, task);
    const guarded = guardedGate(pgBouncerGate(place), guard);
    await guarded.hold({ deadlineMilliseconds: 10_000, leaseMilliseconds: 600_000 });
    await guarded.release('target');
    await guarded.close();
    expect(await where()).toBe('world_1');
    await gate.release('source');
  });
});
