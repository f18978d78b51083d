import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { readServices } from '@supergraph/schema/services';
import { ROOT } from '../harness/root.js';
import { ask, signIn } from '../harness/graphql.js';
import { makeDataFolder, type DataUnderTest, type Launcher } from '../harness/launcher.js';

let data: DataUnderTest;
let launcher: Launcher;
let routerPort: number;
const strangers: Server[] = [];

/** Listens there; somebody else may do so already, which serves as well. */
async function take(port: number): Promise<number> {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve() : reject(error),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  if (!server.listening) {
    return port;
  }
  strangers.push(server);
  return (server.address() as AddressInfo).port;
}

const payments = readServices(ROOT).find(({ name }) => name === 'payments');
const [servicePort, databasePort] = [payments?.port ?? 0, payments?.databasePort ?? 0];

beforeAll(async () => {
  routerPort = await take(0);
  await take(servicePort);
  await take(databasePort);
  data = makeDataFolder();
  launcher = data.up(['--port', String(routerPort)]);
  await launcher.ready();
});
afterAll(async () => {
  await data.remove();
  await Promise.all(strangers.map((server) => new Promise((resolve) => server.close(resolve))));
});

describe('ports that other programs have', () => {
  const portOf = (name: string): number => Number(new URL(launcher.addresses()[name] ?? '').port);
  /** The lines that speak of a port. */
  const linesAbout = (port: number): ReadonlyArray<string> =>
    launcher
      .stderr()
      .split('\n')
      .filter((line) => line.includes(String(port)));

  it('gives the router another one, and says so in one line', () => {
    expect(portOf('router')).not.toBe(routerPort);
    expect(linesAbout(routerPort)).toEqual([
      `Port ${routerPort} of the router is taken by another program; it listens on ${portOf('router')} instead.`,
    ]);
  });

  it('gives a service another one, and says so in one line', () => {
    expect(portOf('payments')).not.toBe(servicePort);
    expect(linesAbout(servicePort)).toEqual([
      `Port ${servicePort} of payments is taken by another program; it listens on ${portOf('payments')} instead.`,
    ]);
  });

  it('gives a database another one, and says so in one line', () => {
    const [, port] = /│ payments .*127\.0\.0\.1:(\d+)\/payments_db/.exec(launcher.stdout()) ?? [];
    expect(Number(port)).not.toBe(databasePort);
    const lines = linesAbout(databasePort).filter((line) => line.includes('payments'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`listens on ${port}`);
  });

  it('shows the addresses that answer', async () => {
    const endpoint = launcher.addresses()['router'] ?? '';
    const token = await signIn(endpoint, 'customer@example.com');
    const { data: answer, errors } = await ask(endpoint, '{ payments(first: 1) { edges { node { id } } } }', {
      token,
    });
    expect(errors).toBeUndefined();
    expect(answer.payments.edges).toHaveLength(1);
    for (const name of ['auth', 'profile', 'payments', 'admin']) {
      const url = (launcher.addresses()[name] ?? '').replace(/graphql$/, 'health/ready');
      expect((await fetch(url)).status).toBe(200);
    }
  });
});
