import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCallerVerifier } from '../identity/index.js';
import { testTelemetry } from '../testing/test-telemetry.js';
import { createEventFeed, type EventFeed } from './feed-server.js';
import { createHttpTransport, type HttpTransport } from './http-transport.js';
import type { TestDatabase } from './test-fixtures.js';

const SECRET = 'the-secret-of-shop-and-maker-in-tests';

/** A service that serves its outbox, over real HTTP. */
export interface TestFeed {
  readonly url: string;
  readonly secret: string;
  readonly feed: EventFeed;
  createTransport(): HttpTransport;
  /** Cuts every connection, as a network does. */
  cut(): void;
  /** Is away from now until {@link TestFeed.listen}. */
  close(): Promise<void>;
  listen(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the feed of `maker`, or of another source, which `shop` may read. */
export async function startTestFeed(maker: Pick<TestDatabase, 'pool'>, source = 'maker'): Promise<TestFeed> {
  const { logger } = testTelemetry(source);
  const feed = createEventFeed({
    source,
    pool: maker.pool,
    verifyCaller: createCallerVerifier(new Map([['shop', SECRET]])),
    logger,
    heartbeatMilliseconds: 50,
    idleMilliseconds: 20,
  });
  const server = createServer(feed.handle);
  let port = 0;
  const listen = async (): Promise<void> => {
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  };
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
  await listen();
  return {
    url: `http://127.0.0.1:${port}/events`,
    secret: SECRET,
    feed,
    createTransport: () =>
      createHttpTransport({
        source,
        urls: [`http://127.0.0.1:${port}/events`],
        caller: 'shop',
        secret: SECRET,
        logger,
        waitMilliseconds: 400,
        retryMilliseconds: [10, 50],
      }),
    cut: () => server.closeAllConnections(),
    close,
    listen,
    async stop() {
      feed.stop();
      await close();
    },
  };
}
