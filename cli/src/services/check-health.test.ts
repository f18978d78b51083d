import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ROOT } from '../root.js';

let server: Server;
afterEach(() => {
  server.close();
});

/** A service that says how it is, by the status of its answer. */
async function serve(status: number): Promise<number> {
  server = createServer((request, response) => {
    response.writeHead(request.url === '/health/ready' ? status : 404).end('{"ready":"?"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function check(port: number): Promise<{ readonly status: number; readonly output: string }> {
  return new Promise((resolve) => {
    const script = join(ROOT, 'deploy', 'check-health.mjs');
    execFile(process.execPath, [script, String(port)], (error, output) =>
      resolve({ status: Number(error?.code ?? 0), output }),
    );
  });
}

describe('deploy/check-health.mjs', () => {
  it('ends well when the service is ready', async () => {
    expect(await check(await serve(200))).toEqual({ status: 0, output: '200 {"ready":"?"}\n' });
  });

  it('ends with status 1 when it is not, or does not answer at all', async () => {
    const port = await serve(503);
    expect(await check(port)).toEqual({ status: 1, output: '503 {"ready":"?"}\n' });
    await new Promise((resolve) => server.close(resolve));
    expect(await check(port)).toEqual({ status: 1, output: `port ${port} does not answer: ECONNREFUSED\n` });
  });
});
