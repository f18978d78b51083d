import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addGateRoutes, createGatedDatabase } from '@supergraph/platform/database';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@supergraph/platform/embedded-postgres';
import { testTelemetry } from '@supergraph/platform/testing';
import express from 'express';
import pg from 'pg';
import type { Side } from '../state/index.js';
import { startBouncer } from './bouncer.js';
import { buildTestCommand, type CommandEnd, type TestCommand } from './command.js';
import { LIBRARY_MAPPING, LIBRARY_SETTINGS, startLibrary, type Library } from './library.js';

const GATE_SECRET = 'secret-of-a-test-that-is-long-enough';

/** The lending desk as a service behind a gate, in this process or PgBouncer, and the tool as a process of its own. */
export interface LendingDesk {
  readonly library: Library;
  /** What the service's code uses. */
  readonly pool: pg.Pool;
  /** For files of the test; removed by `stop`. */
  readonly folder: string;
  /** What the command is run with. */
  readonly environment: NodeJS.ProcessEnv;
  /**
   * Runs a command for the desk; one that gives up since the machine is too slow for its budget is run again.
   *
   * @param crashAt where the tool is killed
   */
  run(name: string, crashAt?: string): Promise<CommandEnd>;
  /** Lets the gate in this process answer, or not, as while the service's process is started again. */
  answer(on: boolean): Promise<void>;
  /** The server of a side as it runs now. */
  server(side: Side): EmbeddedPostgres;
  /** Starts the server of a side on its data and port once it has ended. */
  startServer(side: Side): Promise<void>;
  stop(): Promise<void>;
}

export async function startLendingDesk(options: {
  /** Of the tests; the command is run with it. */
  readonly environment: NodeJS.ProcessEnv;
  readonly members?: number;
  readonly settings?: Readonly<Record<string, string>>;
  readonly budgetMilliseconds?: number;
  /** Default: `platform`. */
  readonly gate?: 'platform' | 'pgbouncer';
}): Promise<LendingDesk> {
  const { settings = {}, budgetMilliseconds = 3_000 } = options;
  const library = await startLibrary({ members: options.members ?? 40, settings });
  const urls = library.endpoints;
  const gate = await (options.gate === 'pgbouncer' ? startBouncerGate(urls) : startPlatformGate(urls));
  const command: TestCommand = await buildTestCommand();
  const folder = await mkdtemp(join(tmpdir(), 'migration-desk-'));
  const { lending, catalogue } = LIBRARY_MAPPING.services;
  const services = { lending: { ...lending, gate: gate.mapped }, catalogue };
  const mapping = join(folder, 'migration.json');
  await writeFile(mapping, JSON.stringify({ ...LIBRARY_MAPPING, services }));
  const environment = {
    ...options.environment,
    MIGRATION_SOURCE_URL: urls.source,
    MIGRATION_LENDING_TARGET_URL: urls.target,
    ...gate.environment,
  };
  const first = { source: library.sourceServer, target: library.targetServer };
  const current: Record<Side, EmbeddedPostgres> = { ...first };
  return {
    library,
    pool: gate.pool,
    answer: (on) => gate.answer(on),
    folder,
    environment,
    server: (side) => current[side],
    async run(name, crashAt = '') {
      const budget =
        name === 'cutover' || name === 'rollback' ? ['--budget', String(budgetMilliseconds)] : [];
      const once = (): Promise<CommandEnd> =>
        command.run([name, 'lending', '--mapping', mapping, ...budget], {
          ...environment,
          MIGRATION_CRASH_AT: crashAt,
        });
      let end = await once();
      for (let attempt = 0; attempt < 5 && end.output.includes('outage budget'); attempt += 1)
        end = await once();
      return end;
    },
    async startServer(side) {
      const { dataDirectory, port, superuserPassword } = first[side];
      await current[side].exited;
      const started = await startEmbeddedPostgres({
        dataDirectory,
        port,
        superuserPassword,
        settings: { ...LIBRARY_SETTINGS, ...settings },
      });
      current[side] = started;
      if (started.port !== port) throw new Error(`Somebody took port ${port} meanwhile.`);
    },
    async stop() {
      await gate.stop();
      await command.remove();
      await Promise.all(Object.values(current).map((server) => server.stop('immediate')));
      await library.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface DeskGate {
  readonly mapped: unknown;
  readonly environment: NodeJS.ProcessEnv;
  readonly pool: pg.Pool;
  answer(on: boolean): Promise<void>;
  stop(): Promise<void>;
}

async function startPlatformGate(urls: Library['endpoints']): Promise<DeskGate> {
  const telemetry = testTelemetry('lending');
  const database = createGatedDatabase({ service: 'lending', urls, schema: 'lending', ...telemetry });
  const app = express();
  addGateRoutes(app, { gate: database.gate, secret: GATE_SECRET });
  const listen = (port: number): Promise<Server> =>
    new Promise((resolve) => {
      const server = app.listen(port, '127.0.0.1', () => resolve(server));
    });
  let listening = await listen(0);
  const { port } = listening.address() as AddressInfo;
  const close = async (): Promise<void> => {
    listening.closeAllConnections();
    if (listening.listening) await new Promise((resolve) => listening.close(resolve));
  };
  return {
    mapped: { kind: 'platform' },
    environment: {
      MIGRATION_LENDING_GATE_URLS: `http://127.0.0.1:${port}`,
      MIGRATION_GATE_SECRET: GATE_SECRET,
    },
    pool: database.pool,
    async answer(on) {
      if (on) listening = await listen(port);
      else await close();
    },
    async stop() {
      await database.close();
      await close();
    },
  };
}

async function startBouncerGate(urls: Library['endpoints']): Promise<DeskGate> {
  const bouncer = await startBouncer({ name: 'desk', url: urls.source });
  const pool = new pg.Pool({ connectionString: bouncer.url, max: 10 });
  pool.on('error', () => undefined);
  return {
    mapped: { kind: 'pgbouncer', database: 'desk', file: bouncer.file },
    environment: { MIGRATION_PGBOUNCER_URL: bouncer.adminUrl },
    pool,
    answer: () => Promise.reject(new Error('PgBouncer answers as long as it runs.')),
    async stop() {
      await pool.end();
      await bouncer.stop();
    },
  };
}
