import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSystem, type RunningSystem, type SystemOptions } from '@supergraph/cli';
import pg from 'pg';

/** The whole system as tests use it: real processes, real servers, a data folder of its own. */
export interface SystemUnderTest {
  readonly system: RunningSystem;
  /** Such as `http://localhost:43211/graphql`. */
  readonly endpoint: string;
  /** What the launcher had to say. */
  readonly notices: ReadonlyArray<string>;
  /** Runs a statement in a service's database as the superuser. */
  query<Row extends pg.QueryResultRow>(service: string, text: string, values?: unknown[]): Promise<Row[]>;
  /** Ends a service’s process, or the router’s, as `kill -9` does. The launcher starts it again. */
  kill(name: string): void;
  stop(): Promise<void>;
}

/** Starts the system on free ports with demo data in a temporary folder, which is removed at the end. */
export async function startSystemUnderTest(options: Partial<SystemOptions> = {}): Promise<SystemUnderTest> {
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'supergraph-e2e-'));
  // mkdtemp closes the folder to everybody else, and root's PostgreSQL runs as somebody else.
  chmodSync(dataFolder, 0o755);
  const notices: string[] = [];
  const system = await startSystem({
    topology: 'separate',
    routerPort: 0,
    anyPorts: true,
    onNotice: (message) => notices.push(message),
    ...options,
    dataFolder,
  });
  return {
    system,
    endpoint: `${system.routerUrl}/graphql`,
    notices,
    async query<Row extends pg.QueryResultRow>(
      service: string,
      text: string,
      values?: unknown[],
    ): Promise<Row[]> {
      const running = system.services.find((candidate) => candidate.service.name === service);
      const server = system.servers.find(({ name }) => name === service) ?? system.servers[0];
      const database = new URL(running?.databaseUrls.serviceUrl ?? '').pathname.slice(1);
      const client = new pg.Client({
        connectionString: server?.server().superuserUrl(database),
        options: `-c search_path=${service}`,
      });
      await client.connect();
      try {
        return (await client.query<Row>(text, values)).rows;
      } finally {
        await client.end();
      }
    },
    kill(name) {
      const running = [system.router, ...system.services.map((service) => service.process)];
      const id = running.find((candidate) => candidate.name === name)?.processId();
      if (id === undefined) {
        throw new Error(`${name} does not run.`);
      }
      process.kill(id, 'SIGKILL');
    },
    async stop() {
      await system.stop();
      if (options.dataFolder === undefined) {
        rmSync(dataFolder, { recursive: true, force: true });
      }
    },
  };
}
