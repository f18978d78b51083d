import type { IncomingHttpHeaders, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createClient, LoginDocument, MyPaymentsDocument, TransportError, ViewerDocument } from './index.js';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly query: string; readonly operationName: string; readonly variables?: unknown };
}

let server: Server | undefined;

/** A real endpoint on a free port that answers everything alike and keeps what it was sent. */
async function serve(status: number, answer: string): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const listening = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Received['body'];
      received.push({ headers: request.headers, body });
      if (answer !== 'never') response.writeHead(status, { 'content-type': 'application/json' }).end(answer);
    });
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}/graphql`, received };
}

afterEach(async () => {
  const closing = server;
  server = undefined;
  closing?.closeAllConnections();
  await new Promise((resolve) => (closing ? closing.close(resolve) : resolve(undefined)));
});

describe('createClient', () => {
  it('sends the saved operation, its name and its variables', async () => {
    const { url, received } = await serve(
      200,
      JSON.stringify({ data: { login: { __typename: 'SignedIn' } } }),
    );
    const input = { email: 'someone@example.com', password: 'a long enough secret' };
    const { data, errors } = await createClient({ url }).execute(LoginDocument, { input });
    expect(data?.login.__typename).toBe('SignedIn');
    expect(errors).toEqual([]);
    expect(received[0]?.body).toMatchObject({ operationName: 'Login', variables: { input } });
    expect(received[0]?.body.query).toContain('fragment LoginTokens on SignedIn');
    expect(received[0]?.headers.authorization).toBeUndefined();
  });

  it('sends the token of the moment and its headers', async () => {
    const { url, received } = await serve(200, '{"data":{"me":null}}');
    const tokens = ['first', 'second'];
    const client = createClient({ url, token: () => tokens.shift(), headers: { 'x-trace': 'abc' } });
    await client.execute(ViewerDocument);
    await client.execute(ViewerDocument);
    expect(received.map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer second']);
    expect(received[0]?.headers['x-trace']).toBe('abc');
  });

  it('gives data and errors together, also with a status that is no success', async () => {
    const answer = {
      data: { payments: null },
      errors: [{ message: 'payments is away', path: ['payments'] }],
    };
    const { url } = await serve(503, JSON.stringify(answer));
    const result = await createClient({ url }).execute(MyPaymentsDocument, { first: 3 });
    expect(result).toEqual({ ...answer, extensions: {} });
  });

  it.each([
    ['no JSON', '<html>'],
    ['no GraphQL result', '{"ok":true}'],
    ['null', 'null'],
  ])('throws on %s, with the status', async (_what, answer) => {
    const { url } = await serve(502, answer);
    const failure = createClient({ url }).execute(ViewerDocument);
    await expect(failure).rejects.toBeInstanceOf(TransportError);
    await expect(failure).rejects.toMatchObject({ status: 502 });
  });

  it('throws when nobody listens', async () => {
    const { url } = await serve(200, '{}');
    await new Promise((resolve) => server?.close(resolve));
    server = undefined;
    await expect(createClient({ url }).execute(ViewerDocument)).rejects.toMatchObject({
      name: 'TransportError',
      status: undefined,
    });
  });

  it('stops waiting when the time is over, and when it is told to', async () => {
    const { url } = await serve(200, 'never');
    await expect(createClient({ url, timeoutMilliseconds: 50 }).execute(ViewerDocument)).rejects.toThrow(
      'did not answer',
    );
    const controller = new AbortController();
    const failure = createClient({ url }).execute(ViewerDocument, undefined, { signal: controller.signal });
    controller.abort();
    await expect(failure).rejects.toBeInstanceOf(TransportError);
  });
});
