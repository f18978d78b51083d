import { request as startRequest, Agent, type IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createLogger, createMetrics, currentRequest } from '../telemetry/index.js';
import { createHttpService, type HttpService, type HttpServiceOptions } from './index.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

function serviceWith(options: Partial<HttpServiceOptions> = {}): HttpService {
  const service = createHttpService({
    host: '127.0.0.1',
    port: 0,
    logger: createLogger('test', 'silent'),
    metrics: createMetrics('test'),
    readiness: {},
    drainMilliseconds: 5_000,
    showCauses: false,
    ...options,
  });
  closers.push(() => service.stop());
  return service;
}

/** A route that answers when the test says so. */
function addSlowRoute(service: HttpService) {
  let begun: () => void = () => undefined;
  let finish: () => void = () => undefined;
  const underWay = new Promise<void>((resolve) => (begun = resolve));
  const finished = new Promise<void>((resolve) => (finish = resolve));
  service.app.get('/slow', async (_request, response) => {
    begun();
    await finished;
    response.send('the whole answer');
  });
  return { underWay, finish: () => finish() };
}

function ask(url: string, agent?: Agent): Promise<{ message: IncomingMessage; text: string }> {
  return new Promise((resolve, reject) => {
    startRequest(url, { agent }, (message) => {
      let text = '';
      message.on('data', (chunk: Buffer) => (text += chunk.toString()));
      message.on('end', () => resolve({ message, text }));
      message.on('error', reject);
    })
      .on('error', reject)
      .end();
  });
}

async function openSocket(url: string): Promise<{ socket: Socket; closed: Promise<void> }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  closers.push(async () => socket.destroy());
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return { socket, closed };
}

/** Tells whether `work` is still not done after everything that is due has happened. */
const isPending = (work: Promise<unknown>): Promise<boolean> =>
  Promise.race([work.then(() => false), sleep(150).then(() => true)]);

async function portOfStranger(): Promise<number> {
  const stranger = createServer();
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  closers.push(async () => stranger.close());
  return (stranger.address() as AddressInfo).port;
}

describe('HttpService.stop', () => {
  it('finishes what is under way, lets nobody else in, and then is closed', async () => {
    const service = serviceWith();
    const slow = addSlowRoute(service);
    const url = await service.start();
    const asked = ask(`${url}/slow`);
    await slow.underWay;
    const stopped = service.stop();
    await expect(fetch(url)).rejects.toThrow();
    expect(await isPending(stopped)).toBe(true);
    slow.finish();
    expect(await asked).toMatchObject({ text: 'the whole answer', message: { statusCode: 200 } });
    await stopped;
    expect(service.server.listening).toBe(false);
  });

  it('closes connections that are kept for later, and those that are kept after their last answer', async () => {
    const service = serviceWith({ drainMilliseconds: 600_000 });
    const slow = addSlowRoute(service);
    const url = await service.start();
    const agent = new Agent({ keepAlive: true });
    closers.push(async () => agent.destroy());
    await ask(`${url}/health/live`, agent);
    const asked = ask(`${url}/slow`, new Agent({ keepAlive: true }));
    await slow.underWay;
    const stopped = service.stop();
    slow.finish();
    await asked;
    await stopped;
  });

  it('answers a request that comes over a kept connection while it ends, and asks to close it', async () => {
    const service = serviceWith();
    const slow = addSlowRoute(service);
    const url = await service.start();
    const { socket, closed } = await openSocket(url);
    const send = (path: string): boolean => socket.write(`GET ${path} HTTP/1.1\r\nhost: test\r\n\r\n`);
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    send('/slow');
    await slow.underWay;
    const stopped = service.stop();
    send('/health/ready');
    slow.finish();
    await Promise.all([stopped, closed]);
    expect(received).toMatch(/^HTTP\/1.1 200 [^]*the whole answer[^]*HTTP\/1.1 503 [^]*connection: close/i);
  });

  it('does not wait for connections that never said anything', async () => {
    const service = serviceWith({ drainMilliseconds: 600_000 });
    const { closed } = await openSocket(await service.start());
    await service.stop();
    await closed;
  });

  it('cuts what is not done within the drain time, also half a request', async () => {
    const service = serviceWith({ drainMilliseconds: 100 });
    const slow = addSlowRoute(service);
    const url = await service.start();
    const { socket } = await openSocket(url);
    socket.write('GET /health/live HTTP/1.1\r\nhost:');
    const asked = ask(`${url}/slow`);
    await slow.underWay;
    await Promise.all([service.stop(), expect(asked).rejects.toThrow('socket hang up')]);
  });

  it('may be called twice, and before the start', async () => {
    await serviceWith().stop();
    const service = serviceWith();
    await service.start();
    await Promise.all([service.stop(), service.stop()]);
    await service.stop();
  });
});

describe('HttpService.start', () => {
  it('throws when the port is taken, and leaves nothing open', async () => {
    const port = await portOfStranger();
    const metricsPort = await portOfStranger();
    await closers.pop()?.();
    const service = serviceWith({ port, metricsPort });
    await expect(service.start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(fetch(`http://127.0.0.1:${metricsPort}/metrics`)).rejects.toThrow('fetch failed');
  });

  it('throws when the port of the metrics is taken, and leaves nothing open', async () => {
    const service = serviceWith({ metricsPort: await portOfStranger() });
    await expect(service.start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(service.server.listening).toBe(false);
  });

  it('gives an address that can be used, in brackets for IPv6', async () => {
    expect(await serviceWith().start()).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const sixth = await serviceWith({ host: '::1' })
      .start()
      .catch((error: NodeJS.ErrnoException) => error.code);
    // A machine may be without IPv6.
    expect(sixth).toMatch(/^http:\/\/\[::1\]:\d+$|^EADDRNOTAVAIL$|^EAFNOSUPPORT$/);
  });
});

describe('an HTTP service', () => {
  it('tells on /health/ready what is missing, with causes only where they are shown', async () => {
    const readiness = {
      database: async () => 'here',
      stock: () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7:5432')),
      clumsy: () => {
        throw new Error('thrown and not rejected');
      },
    };
    const [closed, open] = [serviceWith({ readiness }), serviceWith({ readiness, showCauses: true })];
    const answers = await Promise.all(
      [closed, open].map(async (service) => fetch(`${await service.start()}/health/ready`)),
    );
    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    expect(await answers[0]?.json()).toEqual({
      ready: false,
      checks: { database: { ok: true }, stock: { ok: false }, clumsy: { ok: false } },
    });
    expect(await answers[1]?.json()).toEqual({
      ready: false,
      checks: {
        database: { ok: true },
        stock: { ok: false, cause: 'connect ECONNREFUSED 10.0.0.7:5432' },
        clumsy: { ok: false, cause: 'thrown and not rejected' },
      },
    });
  });

  it('is ready when everything is, alive in any case, and does not wait for a check that hangs', async () => {
    let check = (): Promise<unknown> => Promise.resolve();
    const service = serviceWith({ readiness: { database: () => check() }, showCauses: true });
    const url = await service.start();
    const ready = await fetch(`${url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { ready: true, checks: { database: { ok: true } } },
    ]);
    check = () => new Promise(() => undefined);
    const hanging = await fetch(`${url}/health/ready`);
    expect([hanging.status, await hanging.json()]).toEqual([
      503,
      { ready: false, checks: { database: { ok: false, cause: 'no answer within 1500 ms' } } },
    ]);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
  });

  it('puts a trace id on every answer: the caller’s, or one of its own', async () => {
    const service = serviceWith();
    service.app.get('/trace', (_request, response) => void response.send(currentRequest()?.trace.traceId));
    const url = await service.start();
    const traceId = 'a'.repeat(32);
    const traced = await fetch(`${url}/trace`, {
      headers: { traceparent: `00-${traceId}-${'b'.repeat(16)}-01` },
    });
    expect([traced.headers.get('x-trace-id'), await traced.text()]).toEqual([traceId, traceId]);
    for (const path of ['/trace', '/health/live', '/metrics', '/nowhere', '/%ff']) {
      expect((await fetch(url + path)).headers.get('x-trace-id')).toMatch(/^(?!a{32})[0-9a-f]{32}$/);
    }
  });

  it('counts requests by route, mounted ones too, and all inventions as one', async () => {
    const metrics = createMetrics('test');
    const service = serviceWith({ metrics });
    service.app.use('/graphql', (_request, response) => void response.status(201).end());
    const url = await service.start();
    for (const path of ['/graphql', '/graphql?query=1', '/health/live', '/invented/1', '/invented/2']) {
      await (await fetch(url + path)).text();
    }
    const text = await (await fetch(`${url}/metrics`)).text();
    const counts = [...text.matchAll(/^http_request_duration_seconds_count\{(.*)\} (\d+)$/gm)].map(
      ([, labels, count]) => `${labels} ${count}`,
    );
    expect(counts.sort()).toEqual([
      'service="test",route="/graphql",status="201" 2',
      'service="test",route="/health/live",status="200" 1',
      'service="test",route="other",status="404" 2',
    ]);
  });

  it('serves its metrics on a port of their own when told to, and there only', async () => {
    const metricsPort = await portOfStranger();
    await closers.pop()?.();
    const service = serviceWith({ metricsPort });
    const url = await service.start();
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
    const metrics = `http://127.0.0.1:${metricsPort}/metrics`;
    const answer = await fetch(metrics);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/plain'),
    ]);
    await service.stop();
    await expect(fetch(metrics)).rejects.toThrow('fetch failed');
  });

  it('shows no stack trace and no program when a route fails', async () => {
    const service = serviceWith();
    service.app.get('/fails', () => {
      throw new Error('the cause of it');
    });
    service.app.get('/fails-halfway', (_request, response) => {
      response.write('half of ');
      throw new Error('the cause of it');
    });
    const url = await service.start();
    const answer = await fetch(`${url}/fails`);
    expect([answer.status, await answer.text()]).toEqual([500, 'Internal Server Error']);
    expect(answer.headers.get('x-powered-by')).toBeNull();
    await expect(fetch(`${url}/fails-halfway`).then((halfway) => halfway.text())).rejects.toThrow();
  });
});
