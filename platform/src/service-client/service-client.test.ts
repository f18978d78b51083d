import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ApplicationError } from '../errors/index.js';
import { createLogger, runInRequest, startTrace } from '../telemetry/index.js';
import { createServiceClient, type ServiceClient } from './index.js';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** A service that answers as `handler` says, and keeps what it was asked. */
async function startService(handler: Handler) {
  const asked: { headers: IncomingMessage['headers']; body: string }[] = [];
  let connections = 0;
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push({ headers: request.headers, body });
      handler(request, response, body);
    });
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/graphql`, asked, connections: () => connections };
}

/** An address where nobody listens. */
async function vacantUrl(): Promise<string> {
  const { url } = await startService(() => undefined);
  await closers.pop()?.();
  return url;
}

function clientOf(urls: ReadonlyArray<string>, timeoutMilliseconds = 5_000): ServiceClient {
  const client = createServiceClient({
    caller: 'orders',
    service: 'stock',
    urls,
    secret: 'a-secret-of-orders-for-stock-12345678',
    logger: createLogger('orders', 'silent'),
    timeoutMilliseconds,
  });
  closers.unshift(() => client.close());
  return client;
}

const answer =
  (body: unknown, status = 200): Handler =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const good = answer({ data: { level: 7 } });
const data = z.object({ level: z.number() });
const query = { document: 'query Level($id: ID!) { level(id: $id) }', variables: { id: '1' }, data };
const mutation = { document: 'mutation { level: lower }', data };

async function failureOf(asking: Promise<unknown>): Promise<ApplicationError> {
  const error = await asking.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApplicationError);
  expect(error).toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE', details: { dependency: 'stock' } });
  return error as ApplicationError;
}

describe('createServiceClient', () => {
  it('asks as the caller, within the trace of the request, over kept connections', async () => {
    const service = await startService(good);
    const client = clientOf([service.url]);
    const trace = startTrace();
    const level = await runInRequest(trace, () => client.ask(query));
    for (let count = 0; count < 20; count += 1) {
      await client.ask(query);
    }
    expect(level).toEqual({ level: 7 });
    expect(service.asked[0]?.headers).toMatchObject({
      'x-supergraph-caller': 'orders',
      'x-supergraph-secret': 'a-secret-of-orders-for-stock-12345678',
      traceparent: `00-${trace.traceId}-${trace.spanId}-01`,
    });
    expect(service.asked[0]?.headers.authorization).toBeUndefined();
    expect(JSON.parse(service.asked[0]?.body ?? '')).toEqual({
      query: query.document,
      variables: { id: '1' },
    });
    // The pool may open a second one while the first is still being tidied up.
    expect(service.connections()).toBeLessThanOrEqual(2);
  });

  it('asks its replicas in turn', async () => {
    const services = await Promise.all([startService(good), startService(good)]);
    const client = clientOf(services.map(({ url }) => url));
    for (let count = 0; count < 6; count += 1) {
      await client.ask(query);
    }
    expect(services.map(({ asked }) => asked.length)).toEqual([3, 3]);
  });

  it('asks another replica when one is away, cuts the connection, or says that it cannot serve', async () => {
    const cuts = await startService((request) => request.socket.destroy());
    const ends = await startService(answer({ errors: [{ message: 'ending' }] }, 503));
    const serves = await startService(good);
    const client = clientOf([await vacantUrl(), cuts.url, ends.url, serves.url]);
    for (let count = 0; count < 8; count += 1) {
      expect(await client.ask(query)).toEqual({ level: 7 });
    }
    expect(serves.asked).toHaveLength(8);
  });

  it('sends a query again to a lone replica that closed the kept connection', async () => {
    let requests = 0;
    const service = await startService((request, response, body) => {
      requests += 1;
      return requests === 2 ? request.socket.destroy() : good(request, response, body);
    });
    const client = clientOf([service.url]);
    await client.ask(query);
    expect(await client.ask(query)).toEqual({ level: 7 });
    expect(requests).toBe(3);
  });

  it('sends a mutation once', async () => {
    const cuts = await startService((request) => request.socket.destroy());
    const serves = await startService(good);
    const client = clientOf([cuts.url, serves.url]);
    await failureOf(client.ask(mutation));
    expect([cuts.asked.length, serves.asked.length]).toEqual([1, 0]);
    expect(await client.ask(mutation)).toEqual({ level: 7 });
  });

  it('does not wait for one who never answers, and ends the request', async () => {
    let ended = false;
    const service = await startService((_request, response) => response.on('close', () => (ended = true)));
    const client = clientOf([service.url], 100);
    await failureOf(client.ask(query));
    expect(service.asked).toHaveLength(1);
    while (!ended) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });

  it.each<[string, Handler, RegExp]>([
    [
      'an error beside data',
      answer({
        data: { level: 7 },
        errors: [{ message: 'no', extensions: { code: 'DATABASE_UNAVAILABLE' } }],
      }),
      /DATABASE_UNAVAILABLE/,
    ],
    [
      'a refusal',
      answer({ errors: [{ message: 'no', extensions: { code: 'CALLER_REFUSED' } }] }, 403),
      /CALLER_REFUSED/,
    ],
    ['another shape', answer({ data: { level: 'a secret value' } }), /level/],
    ['no data', answer({ data: null }), /shape/],
    ['no GraphQL', answer('hello'), /not a GraphQL/],
    ['no JSON', (_request, response) => response.end('<html>'), /without JSON/],
  ])('takes %s for no answer, and says why in the cause only', async (_what, handler, cause) => {
    const service = await startService(handler);
    const error = await failureOf(clientOf([service.url]).ask(query));
    expect(String((error.cause as Error).message)).toMatch(cause);
    expect(String((error.cause as Error).message)).not.toMatch(/secret value/);
    expect(error.message).not.toMatch(cause);
    expect(service.asked).toHaveLength(1);
  });

  it('fails when nobody is there', async () => {
    await failureOf(clientOf([await vacantUrl(), await vacantUrl()]).ask(query));
  });

  it('is not made without an address or a secret', () => {
    const options = {
      caller: 'orders',
      service: 'stock',
      logger: createLogger('orders', 'silent'),
      timeoutMilliseconds: 1,
    };
    expect(() => createServiceClient({ ...options, urls: [], secret: 'a' })).toThrow(/address/);
    expect(() =>
      createServiceClient({ ...options, urls: ['http://127.0.0.1:1/graphql'], secret: '' }),
    ).toThrow(/secret/);
  });
});
