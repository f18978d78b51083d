import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { findFreePort } from './free-port.js';
import { startEmbeddedPostgres, type EmbeddedPostgres, type EmbeddedPostgresOptions } from './index.js';
import { startServer } from './start-embedded-postgres.js';

const superuserPassword = 'p@ss/word: 1';
let folder = '';
let server: EmbeddedPostgres | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'supergraph-embedded-test-'));
  await chmod(folder, 0o755);
});
afterEach(() => server?.stop());
afterAll(() => rm(folder, { recursive: true, force: true }));

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const settings = { shared_buffers: '16MB', ...options.settings };
  const dataDirectory = join(folder, 'main');
  server = await startEmbeddedPostgres({ dataDirectory, superuserPassword, ...options, settings });
  return server;
}

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<ReadonlyArray<Row>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('startEmbeddedPostgres', () => {
  it('runs a server with the settings that the services rely on', async () => {
    const running = await start({ settings: { work_mem: '5MB' } });
    const rows = await query<{ name: string; setting: string }>(
      running.superuserUrl(),
      `SELECT name, current_setting(name) AS setting FROM pg_settings WHERE name IN ('listen_addresses', 'unix_socket_directories',
        'wal_level', 'max_connections', 'password_encryption', 'TimeZone', 'server_encoding', 'shared_preload_libraries', 'fsync', 'work_mem')`,
    );
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      TimeZone: 'UTC',
      fsync: 'on',
      listen_addresses: '127.0.0.1',
      max_connections: '100',
      password_encryption: 'scram-sha-256',
      server_encoding: 'UTF8',
      shared_preload_libraries: 'pg_stat_statements',
      unix_socket_directories: '',
      wal_level: 'logical',
      work_mem: '5MB',
    });
    expect(
      await query(running.superuserUrl(), `SELECT lower('ÄÖÉ') AS lower, 'B' < 'a' AS by_code_point`),
    ).toEqual([{ lower: 'äöé', by_code_point: true }]);
  });

  it('lets nobody in without the password', async () => {
    const running = await start();
    const url = new URL(running.superuserUrl());
    url.password = 'wrong';
    await expect(query(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    const rules = await query<{ type: string; address: string; auth_method: string }>(
      running.superuserUrl(),
      'SELECT DISTINCT type, address, auth_method FROM pg_hba_file_rules ORDER BY 1, 2',
    );
    expect(rules).toEqual([
      { type: 'host', address: '127.0.0.1', auth_method: 'scram-sha-256' },
      { type: 'host', address: '::1', auth_method: 'scram-sha-256' },
      { type: 'local', address: null, auth_method: 'reject' },
    ]);
  });

  it('keeps its data over a stop and a start, and stops more than once', async () => {
    const first = await start();
    await query(first.superuserUrl(), 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)');
    await Promise.all([first.stop(), first.stop()]);
    expect(await first.exited).toEqual({ code: 0, signal: null });
    const second = await start();
    expect(await query(second.superuserUrl(), 'SELECT id FROM kept')).toEqual([{ id: 7 }]);
    expect((await readdir(folder)).filter((name) => name.includes('initializing'))).toEqual([]);
  });

  it('tells when the server is killed, and starts again at once', async () => {
    const first = await start();
    await query(
      first.superuserUrl(),
      'CREATE TABLE IF NOT EXISTS survivors (id int); INSERT INTO survivors VALUES (1)',
    );
    process.kill(first.processId, 'SIGKILL');
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
    const second = await start();
    expect(await query(second.superuserUrl(), 'SELECT id FROM survivors')).toEqual([{ id: 1 }]);
    await second.stop('immediate');
    const third = await start();
    expect(await query(third.superuserUrl(), 'SELECT id FROM survivors')).toEqual([{ id: 1 }]);
  });

  it('writes a log without statements and without rows', async () => {
    const running = await start();
    const secret = 'anna@example.com';
    const insert = `INSERT INTO people VALUES ('${secret}')`;
    await query(running.superuserUrl(), `CREATE TABLE people (email text PRIMARY KEY); ${insert}`);
    await expect(query(running.superuserUrl(), insert)).rejects.toMatchObject({ code: '23505' });
    const log = await readFile(join(running.dataDirectory, 'server.log'), 'utf8');
    expect(log).toContain('duplicate key value');
    expect(log).not.toContain(secret);
    expect((await stat(join(running.dataDirectory, 'server.log'))).mode & 0o077).toBe(0);
  });

  it('shortens a log that has grown too long', async () => {
    const running = await start();
    await running.stop();
    const path = join(running.dataDirectory, 'server.log');
    await writeFile(path, `${'an old line\n'.repeat(1_500_000)}the newest line\n`);
    await start();
    expect((await stat(path)).size).toBeLessThan(2 * 1024 * 1024);
    expect(await readFile(path, 'utf8')).toContain('the newest line');
  });

  it('takes the next free port when the wanted one is in use, and says so', async () => {
    const stranger = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => stranger.once('listening', resolve));
    const { port } = stranger.address() as AddressInfo;
    const notices: string[] = [];
    try {
      const running = await start({ port, onNotice: (notice) => notices.push(notice) });
      expect(running.port).toBeGreaterThan(port);
      expect(notices.join('\n')).toContain(`Port ${String(port)} is in use`);
      expect(notices.join('\n')).toContain(String(running.port));
    } finally {
      stranger.close();
    }
  });

  it('tries again when the port is taken between the look and the start', async () => {
    const stranger = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => stranger.once('listening', resolve));
    const { port } = stranger.address() as AddressInfo;
    const looks: (number | undefined)[] = [];
    try {
      const dataDirectory = join(folder, 'main');
      server = await startServer({ dataDirectory, superuserPassword, port }, true, (preferred) => {
        looks.push(preferred);
        return looks.length === 1 ? Promise.resolve(port) : findFreePort(preferred);
      });
      expect(looks).toEqual([port, port + 1]);
      expect(await query(server.superuserUrl(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      stranger.close();
    }
  });

  it('is not misled when it is a server with another password that took the port', async () => {
    const other = await startEmbeddedPostgres({
      dataDirectory: join(folder, 'other-password'),
      superuserPassword: 'another',
      settings: { shared_buffers: '16MB' },
    });
    try {
      const ports = [other.port];
      server = await startServer(
        { dataDirectory: join(folder, 'main'), superuserPassword, port: other.port },
        true,
        async () => ports.shift() ?? (await findFreePort(undefined)),
      );
      expect(server.port).not.toBe(other.port);
      expect(await query(server.superuserUrl(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      await other.stop();
    }
  });

  it('refuses a folder that a living launcher uses, and leaves its server alone', async () => {
    const running = await start();
    await expect(
      startEmbeddedPostgres({ dataDirectory: running.dataDirectory, superuserPassword }),
    ).rejects.toMatchObject({ code: 'DATA_DIRECTORY_IN_USE' });
    expect(await query(running.superuserUrl(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('refuses a folder with something else in it', async () => {
    const dataDirectory = join(folder, 'photographs');
    await mkdir(dataDirectory);
    await writeFile(join(dataDirectory, 'a.jpg'), '');
    await expect(start({ dataDirectory })).rejects.toMatchObject({ code: 'DATA_DIRECTORY_UNUSABLE' });
    expect(await readdir(dataDirectory)).toEqual(['a.jpg']);
  });

  it('makes a cluster in an empty folder', async () => {
    const dataDirectory = join(folder, 'empty');
    await mkdir(dataDirectory);
    const running = await start({ dataDirectory });
    expect(await query(running.superuserUrl(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('says what to do about a wrong password, and stops', async () => {
    await (await start()).stop();
    await expect(start({ superuserPassword: 'another' })).rejects.toMatchObject({ code: 'WRONG_PASSWORD' });
    await (await start()).stop();
  });

  it('gives the last lines of the log and a hint when the server cannot start', async () => {
    const failure = start({ settings: { work_mem: 'plenty' } });
    await expect(failure).rejects.toMatchObject({ code: 'START_FAILED' });
    await expect(failure).rejects.toThrow(
      /invalid value for parameter "work_mem": "plenty"[^]*Correct the settings/,
    );
    await (await start()).stop();
  });

  it('refuses a cluster of another major version', async () => {
    await (await start()).stop();
    const version = join(folder, 'main', 'PG_VERSION');
    await writeFile(version, '15\n');
    await expect(start()).rejects.toMatchObject({ code: 'VERSION_MISMATCH' });
    await writeFile(version, '18\n');
  });
});
