import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '../embedded-postgres/index.js';
import { serveDatabases, type TestServer } from './test-fixtures.js';

/** A server that goes away and comes back with its data, at the same address. */
export interface RestartableServer extends Pick<TestServer, 'createDatabase' | 'stop'> {
  /** Ends it: as an operator does, or by `kill -9`. */
  end(how: 'stopped' | 'killed'): Promise<void>;
  start(): Promise<void>;
}

/** Starts one on a folder of its own. */
export async function startRestartableServer(): Promise<RestartableServer> {
  const folder = await mkdtemp(join(tmpdir(), 'events-restart-'));
  // mkdtemp closes the folder to everybody else, and root's server runs as somebody else.
  await chmod(folder, 0o755);
  const dataDirectory = join(folder, 'data');
  const superuserPassword = randomBytes(18).toString('base64url');
  let server = await startEmbeddedPostgres({ dataDirectory, superuserPassword });
  const { port, processId } = server;
  const databases = await serveDatabases({
    processId,
    superuserUrl: (database) => server.superuserUrl(database),
    stop: (mode) => server.stop(mode),
  });
  return {
    createDatabase: (...options) => databases.createDatabase(...options),
    async end(how) {
      if (how === 'killed') {
        process.kill(server.processId, 'SIGKILL');
        await server.exited;
      } else {
        await server.stop('fast');
      }
    },
    async start() {
      server = await startEmbeddedPostgres({ dataDirectory, superuserPassword, port });
      if (server.port !== port) {
        throw new Error('Somebody took the port of the server while it was away.');
      }
    },
    async stop() {
      await databases.stop();
      await removeEmbeddedPostgres(dataDirectory);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
