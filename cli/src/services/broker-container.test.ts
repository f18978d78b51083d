import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createNatsBroker } from '@supergraph/platform/events';
import { canTestNats, testTelemetry } from '@supergraph/platform/testing';
import { readServices } from '@supergraph/schema/services';
import { ROOT } from '../root.js';
import { makeSecrets } from './make-secrets.js';
import { readComposeFile } from './testing/read-compose-file.js';

const services = readServices(ROOT);
const { compose } = readComposeFile();
const container = compose.services['nats']!;
const describeWithNats = canTestNats ? describe : describe.skip;
/** Debian keeps the server where only root looks. */
const PATH = [
  ...(process.env['NATS_SERVER_PATH'] ? [dirname(process.env['NATS_SERVER_PATH'])] : []),
  process.env['PATH'],
  '/usr/sbin',
].join(delimiter);

let folder: string;
let secrets: string;
let server: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'supergraph-broker-'));
  secrets = join(folder, 'secrets');
  mkdirSync(secrets, { mode: 0o700 });
});

afterEach(async () => {
  if (server !== undefined && server.exitCode === null && server.signalCode === null) {
    const ended = new Promise((resolve) => server?.once('exit', resolve));
    server.kill('SIGKILL');
    await ended;
  }
  rmSync(folder, { recursive: true });
});

/**
 * Runs the container's command as it stands in the Compose file, on places of this test and on any free ports.
 *
 * @returns what the server said until it was ready or ended
 */
function start(): Promise<{ readonly isReady: boolean; readonly log: string }> {
  const configuration = join(folder, 'nats.conf');
  writeFileSync(
    configuration,
    readFileSync(join(ROOT, 'deploy', 'nats', 'nats.conf'), 'utf8')
      // Servers before 2.10 do not know it.
      .replace('sync_interval: always', '')
      .replace('"0.0.0.0:4222"', '"127.0.0.1:-1"')
      .replace('"127.0.0.1:8222"', '"127.0.0.1:-1"')
      .replace('"/data"', JSON.stringify(join(folder, 'data'))),
  );
  const script = container.command[0]!.replaceAll('$$', '$')
    .replaceAll('/run/secrets', secrets)
    .replaceAll('/etc/nats/nats.conf', configuration);
  const [shell, ...words] = container.entrypoint!;
  const child = spawn(shell!, [...words, script], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH } });
  server = child;
  return new Promise((resolve) => {
    let log = '';
    const listen = (chunk: Buffer): void => {
      log += chunk.toString();
      if (log.includes('Server is ready')) resolve({ isReady: true, log });
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('close', () => resolve({ isReady: false, log }));
  });
}

function addressIn(log: string, of: RegExp): string {
  return new RegExp(`${of.source} (?:on )?(127\\.0\\.0\\.1:\\d+)`).exec(log)![1]!;
}

async function connect(name: string, log: string): Promise<string> {
  const url = readFileSync(join(secrets, `${name}_nats_url`), 'utf8').trim();
  const here = url.replace('nats:4222', addressIn(log, /Listening for client connections/));
  const broker = createNatsBroker({ url: here, name, logger: testTelemetry(name).logger });
  try {
    const connection = await broker.connect();
    await connection.flush();
    return 'connected';
  } catch (error) {
    return (error as Error).message;
  } finally {
    await broker.close();
  }
}

describeWithNats('the broker’s container', () => {
  it('mounts the configuration of this test, for reading', () => {
    expect(container.volumes).toEqual(['nats-data:/data', './deploy/nats/nats.conf:/etc/nats/nats.conf:ro']);
  });

  it('lets every service in by the address among its secrets, and is healthy', async () => {
    makeSecrets(ROOT, secrets);
    const { isReady, log } = await start();
    expect([isReady, log]).toEqual([true, log]);
    for (const { name } of services) {
      expect([name, await connect(name, log)]).toEqual([name, 'connected']);
    }
    const url = new URL(container.healthcheck!.test.at(-1)!);
    url.host = addressIn(log, /Starting http monitor/);
    const health = await fetch(url);
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
  });

  it.each([
    '-begins-like-an-option',
    '12k',
    '1e9',
    'true',
    '$HOME',
    'with "quotes", \\ and #',
    "it's",
    '% {}',
  ])('takes the password %s as it is written', async (password) => {
    writeFileSync(join(secrets, 'auth_nats_password'), `${password}\n`);
    makeSecrets(ROOT, secrets);
    const { isReady, log } = await start();
    expect([isReady, log]).toEqual([true, log]);
    expect(await connect('auth', log)).toBe('connected');
    chmodSync(join(secrets, 'auth_nats_url'), 0o600);
    writeFileSync(join(secrets, 'auth_nats_url'), 'nats://auth:another@nats:4222\n');
    expect(await connect('auth', log)).toMatch(/authorization violation/i);
  });

  it('does not start without a password, nor with an empty one', async () => {
    makeSecrets(ROOT, secrets);
    const file = join(secrets, 'payments_nats_password');
    rmSync(file);
    const missing = await start();
    expect(missing).toEqual({ isReady: false, log: expect.stringContaining('payments_nats_password') });
    for (const nothing of ['', '\n', ' \n']) {
      writeFileSync(file, nothing);
      expect(await start()).toEqual({
        isReady: false,
        log: expect.stringContaining('payments_nats_password is empty'),
      });
    }
  });
});
