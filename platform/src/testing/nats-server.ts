import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectSocket, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNatsBroker, type NatsBroker } from '../events/nats/broker.js';
import { testTelemetry } from './test-telemetry.js';

/** Where Debian and Ubuntu, and installations by hand, keep the program. */
const USUAL_PLACES = ['/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server'];

/** The program nats-server: `NATS_SERVER_PATH`, else where it usually is; undefined when there is none. */
export function findNatsServer(): string | undefined {
  const named = process.env['NATS_SERVER_PATH'];
  return named === undefined || named === '' ? USUAL_PLACES.find((path) => existsSync(path)) : named;
}

/** Whether tests with a broker run: where the program is, and in CI everywhere, so that they fail where it should be. */
export const canTestNats = findNatsServer() !== undefined || process.env['CI'] === 'true';
/** A broker of one's own, with JetStream in a temporary folder. */
export interface TestNatsServer {
  readonly url: string;
  readonly storeFolder: string;
  createBroker(name: string): NatsBroker;
  /** `kill -9`: nothing is written any more. */
  kill(): Promise<void>;
  /** Starts it again at the same address, on what the store holds. */
  start(): Promise<void>;
  /** Takes everything away that was stored; only while it does not run. */
  wipe(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws when the program is missing */
export async function startNatsServer(): Promise<TestNatsServer> {
  const program = findNatsServer();
  if (program === undefined) {
    throw new Error('nats-server is missing: install it (Debian: `apt-get install nats-server`).');
  }
  const folder = await mkdtemp(join(tmpdir(), 'nats-test-'));
  const storeFolder = join(folder, 'store');
  const file = join(folder, 'nats.conf');
  const port = await freePort();
  await writeFile(
    file,
    `listen: "127.0.0.1:${port}"\njetstream { store_dir: "${storeFolder}", max_file_store: 1GB, max_memory_store: 64MB }\n`,
  );
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running !== undefined && running.exitCode === null && running.signalCode === null) {
      const ended = new Promise((resolve) => running.once('exit', resolve));
      running.kill('SIGKILL');
      await ended;
    }
  };
  const start = async (): Promise<void> => {
    const started = spawn(program, ['-c', file], { stdio: 'ignore' });
    child = started;
    await waitForNats(started, port);
  };
  await start();
  return {
    url: `nats://127.0.0.1:${port}`,
    storeFolder,
    createBroker: (name) =>
      createNatsBroker({ url: `nats://127.0.0.1:${port}`, name, logger: testTelemetry(name).logger }),
    kill,
    start,
    wipe: () => rm(storeFolder, { recursive: true, force: true }),
    async stop() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until a server that was started answers. */
export async function waitForNats(server: ChildProcess, port: number): Promise<void> {
  for (const end = Date.now() + 30_000; !(await answers(port));) {
    if (server.exitCode !== null || Date.now() > end) {
      throw new Error('nats-server does not start.');
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The server greets whoever connects. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket(port, '127.0.0.1');
    const end = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('data', () => end(true)).once('error', () => end(false));
  });
}

/** A TCP port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
