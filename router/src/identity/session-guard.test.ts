import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ReceivedEvent } from '@supergraph/platform/events';
import type { AccessTokenClaims } from '@supergraph/platform/identity';
import { createLogger } from '@supergraph/platform/telemetry';
import { introspectToken } from './introspection.js';
import { createSessionGuard } from './session-guard.js';

const logger = createLogger('test', 'silent');
const claims = (sessionId: string): AccessTokenClaims => ({
  userId: 'u',
  sessionId,
  role: 'READER',
  scopes: new Set(),
  expiresAt: new Date(Date.now() + 60_000),
});
const event = (data: unknown): ReceivedEvent => ({ data }) as ReceivedEvent;

let stop: (() => void) | undefined;
afterEach(() => stop?.());

/** The identity service’s `/introspect`, over real HTTP. */
async function startIdentity(answer: RequestListener) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['x-supergraph-caller'] as string}`);
    request.resume();
    request.on('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stop = () => server.close();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  const introspect = (token: string): Promise<boolean> =>
    introspectToken({ name: 'door', urls: [url], secret: 'secret', timeoutMilliseconds: 1_000 }, token);
  return { asked, introspect };
}

const answering =
  (active: boolean): RequestListener =>
  (_request, response) =>
    response.end(JSON.stringify({ active }));

describe('the guard of sessions', () => {
  it('refuses what an event said has ended, whatever the letter case, and nothing else', async () => {
    const guard = createSessionGuard({
      isCurrent: () => true,
      introspect: () => Promise.resolve(true),
      logger,
    });
    guard.onEvent(event({ revokedSessions: ['A', 'b'] }));
    guard.onEvent(event({ colour: 'green' }));
    guard.onEvent(event(null));
    await expect(guard.check(claims('a'), 't')).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    await expect(guard.check(claims('b'), 't')).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    await guard.check(claims('c'), 't');
  });

  it('still refuses after the log began anew', async () => {
    const guard = createSessionGuard({
      isCurrent: () => true,
      introspect: () => Promise.resolve(true),
      logger,
    });
    guard.onEvent(event({ revokedSessions: ['a'] }));
    guard.onReset();
    await expect(guard.check(claims('a'), 't')).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it('asks the identity service while the events are silent, once a second a session', async () => {
    const identity = await startIdentity(answering(false));
    const guard = createSessionGuard({ isCurrent: () => false, ...identity, logger });
    await expect(guard.check(claims('a'), 't')).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    await expect(guard.check(claims('a'), 't')).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    expect(identity.asked).toEqual(['POST /introspect router']);
    await expect(guard.check(claims('b'), 't')).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    expect(identity.asked).toHaveLength(2);
  });

  it('lets a good session through while the events are silent, and asks nobody when they flow', async () => {
    let isCurrent = false;
    const identity = await startIdentity(answering(true));
    const guard = createSessionGuard({ isCurrent: () => isCurrent, ...identity, logger });
    await guard.check(claims('a'), 't');
    isCurrent = true;
    await guard.check(claims('b'), 't');
    expect(identity.asked).toHaveLength(1);
  });

  it.each<[string, RequestListener]>([
    ['fails', (_request, response) => response.writeHead(500).end()],
    ['answers nonsense', (_request, response) => response.end('<html>')],
    ['hangs up', (request) => request.destroy()],
  ])('takes a signed token at its word when the identity service %s', async (_, answer) => {
    const identity = await startIdentity(answer);
    const guard = createSessionGuard({ isCurrent: () => false, ...identity, logger });
    await guard.check(claims('a'), 't');
    await guard.check(claims('b'), 't');
    // It is left alone for a moment.
    expect(identity.asked).toHaveLength(1);
  });
});
