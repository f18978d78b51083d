import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePort } from '@supergraph/platform/testing';
import { platformGate } from './platform-gate.js';

/** The gate's own side is tested in the platform; this is what the tool does with processes that do not obey. */
let servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  servers = [];
});

/** A process that answers everything with one status, and remembers what it was told. */
async function listen(status: number, port = 0): Promise<{ url: string; heard: string[] }> {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(`${request.method} ${request.url}`);
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify({ drained: true, running: 0 }));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

const secret = 'secret-of-a-test-that-is-long-enough';

describe('the gate inside the processes of a service', () => {
  it('waits for a process that is being started again, and lets the others go on meanwhile', async () => {
    const there = await listen(200);
    const port = await freePort();
    const gate = platformGate({ urls: [there.url, `http://127.0.0.1:${port}`], secret });
    const preparing = gate.prepare();
    const releasing = gate.release('target');
    while (!there.heard.some((line) => line.startsWith('POST'))) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const late = await listen(200, port);
    await Promise.all([preparing, releasing]);
    expect(late.heard.sort()).toEqual(['GET /internal/gate', 'POST /internal/gate/release']);
    expect(there.heard.sort()).toEqual(late.heard);
  });

  it('waits for one that is not ready', async () => {
    const port = await freePort();
    const gate = platformGate({ urls: [`http://127.0.0.1:${port}`], secret });
    const starting = await listen(503, port);
    const preparing = gate.prepare();
    while (starting.heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => servers.pop()!.close(resolve));
    await listen(200, port);
    await preparing;
  });

  it('gives up on one that does not come back, and says what to do', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const gate = platformGate({ urls: [url], secret, patienceMilliseconds: 300 });
    await expect(gate.release('source')).rejects.toMatchObject({
      code: 'GATE_FAILED',
      message: expect.stringMatching(/ECONNREFUSED.*Is that process of the service there\?/),
    });
  });

  it('does not wait for one that refuses', async () => {
    for (const [status, advice] of [
      [403, 'MIGRATION_GATE_SECRET'],
      [404, 'it has no gate'],
    ] as const) {
      const { url, heard } = await listen(status);
      await expect(platformGate({ urls: [url], secret }).prepare()).rejects.toThrow(advice);
      expect(heard).toHaveLength(1);
    }
  });

  it('does not wait while clients are held', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const gate = platformGate({ urls: [url], secret, patienceMilliseconds: 600_000 });
    const wish = { deadlineMilliseconds: 1_000, leaseMilliseconds: 3_000 };
    await expect(gate.hold(wish)).rejects.toMatchObject({ code: 'GATE_FAILED' });
  });
});
