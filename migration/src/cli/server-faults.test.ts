import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addGateRoutes, createGatedDatabase, type GatedDatabase } from '@supergraph/platform/database';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@supergraph/platform/embedded-postgres';
import { testTelemetry } from '@supergraph/platform/testing';
import express from 'express';
import { startClients, type Clients } from '../testing/clients.js';
import { buildTestCommand, type CommandEnd, type TestCommand } from '../testing/command.js';
import { LIBRARY_MAPPING, LIBRARY_SETTINGS, startLibrary, type Library } from '../testing/library.js';

/* Servers are killed while a service moves. Clients may see errors then, but what was acknowledged to them is there. */

const SECRET = 'secret-of-a-test-that-is-long-enough';

let library: Library;
let database: GatedDatabase;
let clients: Clients;
let command: TestCommand;
let listening: Server;
let folder: string;
let environment: NodeJS.ProcessEnv;
const restarted: EmbeddedPostgres[] = [];

beforeAll(async () => {
  library = await startLibrary({ members: 40, settings: { synchronous_commit: 'on' } });
  const urls = library.endpoints;
  database = createGatedDatabase({
    service: 'lending',
    urls,
    schema: 'lending',
    ...testTelemetry('lending'),
  });
  const app = express();
  addGateRoutes(app, { gate: database.gate, secret: SECRET });
  listening = await new Promise<Server>((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => resolve(server));
  });
  command = await buildTestCommand();
  folder = await mkdtemp(join(tmpdir(), 'migration-server-faults-'));
  const { lending, catalogue } = LIBRARY_MAPPING.services;
  const services = { lending: { ...lending, gate: { kind: 'platform' } }, catalogue };
  await writeFile(join(folder, 'migration.json'), JSON.stringify({ ...LIBRARY_MAPPING, services }));
  environment = {
    ...process.env,
    MIGRATION_SOURCE_URL: urls.source,
    MIGRATION_LENDING_TARGET_URL: urls.target,
    MIGRATION_LENDING_GATE_URLS: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`,
    MIGRATION_GATE_SECRET: SECRET,
  };
  clients = startClients(database.pool, 3);
}, 120_000);
afterAll(async () => {
  await clients.stop();
  await database.close();
  await new Promise((resolve) => listening.close(resolve));
  await command.remove();
  await Promise.all(restarted.map((server) => server.stop('immediate')));
  await library.stop();
  await rm(folder, { recursive: true, force: true });
});

async function run(name: string, crashAt = ''): Promise<CommandEnd> {
  const budget = name === 'cutover' || name === 'rollback' ? ['--budget', '3000'] : [];
  const args = [name, 'lending', '--mapping', join(folder, 'migration.json'), ...budget];
  const once = () => command.run(args, { ...environment, MIGRATION_CRASH_AT: crashAt });
  let end = await once();
  for (let attempt = 0; attempt < 5 && end.output.includes('outage budget'); attempt += 1) end = await once();
  return end;
}

/** Kills a server's first process, which takes all others along, and starts it again on its data and port. */
async function killAndRestart(side: 'source' | 'target'): Promise<void> {
  const first = side === 'source' ? library.sourceServer : library.targetServer;
  const port = first.port;
  const current = restarted.findLast((server) => server.port === port) ?? first;
  process.kill(current.processId, 'SIGKILL');
  await current.exited;
  restarted.push(
    await startEmbeddedPostgres({
      dataDirectory: first.dataDirectory,
      port,
      superuserPassword: first.superuserPassword,
      settings: { ...LIBRARY_SETTINGS, synchronous_commit: 'on' },
    }),
  );
  expect(restarted.at(-1)!.port).toBe(port);
}

async function expectNothingLost(side: 'source' | 'target'): Promise<void> {
  await clients.stop();
  const { rows } = await library[side].query<{ id: string; weeks: number }>(
    'SELECT id, weeks FROM lending.loans',
  );
  const stored = new Map(rows.map(({ id, weeks }) => [id, weeks]));
  // One whose answer was lost may have been carried out.
  expect([...clients.loans].filter(([id, weeks]) => (stored.get(id) ?? 0) < weeks)).toEqual([]);
  expect(clients.loans.size).toBeGreaterThan(3);
  clients = startClients(database.pool, 3);
  const before = clients.requests();
  const end = Date.now() + 30_000;
  while (clients.requests() < before + 20) {
    if (Date.now() > end) throw new Error(`Clients do not get on: ${clients.failures.slice(-3).join('; ')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('servers killed while a service moves', () => {
  it('streams on after either was killed', async () => {
    expect(await run('start', 'start.afterSubscription')).toMatchObject({ signal: 'SIGKILL' });
    await killAndRestart('target');
    expect(await run('start')).toMatchObject({ status: 0 });
    await killAndRestart('source');
    expect(await run('verify')).toMatchObject({ status: 0 });
    await expectNothingLost('source');
  }, 300_000);

  it('moves although the new server was killed between the decision and the opening', async () => {
    expect(await run('cutover', 'switch.afterCommit')).toMatchObject({ signal: 'SIGKILL' });
    await killAndRestart('target');
    expect(await run('cutover')).toMatchObject({ status: 0 });
    await expectNothingLost('target');
    expect(await run('verify')).toMatchObject({ status: 0 });
  }, 300_000);

  it('serves without the old server, and moves back when that is there again', async () => {
    const before = clients.requests();
    await killAndRestart('source');
    expect(clients.requests()).toBeGreaterThan(before);
    expect(await run('rollback', 'switch.afterCommit')).toMatchObject({ signal: 'SIGKILL' });
    await killAndRestart('source');
    expect(await run('rollback')).toMatchObject({ status: 0 });
    expect(await run('verify')).toMatchObject({ status: 0 });
    await expectNothingLost('source');
  }, 300_000);
});
