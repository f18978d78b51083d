import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import {
  appendEvents,
  createEventContracts,
  createEventFeed,
  pgTransactions,
  renewEpoch,
  type AppendedEvent,
  type EventSchema,
  type NewEvent,
} from '../events/index.js';
import { startTestServer } from '../events/test-fixtures.js';
import { createCallerVerifier } from '../identity/index.js';
import { testTelemetry } from './test-telemetry.js';

/** Another service as a consumer sees it: a real outbox in a database of its own, served over real HTTP. */
export interface TestEventSource {
  readonly name: string;
  /** What goes into `<SOURCE>_URLS`; nothing but `/events` is there. */
  readonly graphqlUrl: string;
  /** By what any of the readers proves itself. */
  readonly secret: string;
  /** Tells events, all in one transaction. */
  tell(...events: ReadonlyArray<NewEvent>): Promise<ReadonlyArray<AppendedEvent>>;
  /** Begins the log anew, as after a restore to an earlier time. */
  renewEpoch(): Promise<void>;
  stop(): Promise<void>;
}

const SECRET = 'the-secret-of-every-reader-of-events-in-tests';

/**
 * Starts other services' feeds for the tests of a consumer.
 *
 * @param names of the sources
 * @param options.readers who may read them
 * @param options.eventSchemas the contracts of all events
 * @returns each source by its name; stopping one of them stops that one alone, `stop` all
 */
export async function startTestEventSources<Name extends string>(
  names: ReadonlyArray<Name>,
  options: { readonly readers: ReadonlyArray<string>; readonly eventSchemas: ReadonlyArray<EventSchema> },
): Promise<{ readonly sources: Readonly<Record<Name, TestEventSource>>; stop(): Promise<void> }> {
  const server = await startTestServer();
  const contracts = createEventContracts(options.eventSchemas);
  const secrets = new Map(options.readers.map((reader, index) => [reader, `${SECRET}-${index}`]));
  const stops: (() => Promise<void>)[] = [];
  const open = async (name: Name): Promise<[Name, TestEventSource]> => {
    const database = await server.createDatabase(name);
    const { logger } = testTelemetry(name);
    const feed = createEventFeed({
      source: name,
      pool: database.pool,
      verifyCaller: createCallerVerifier(secrets),
      logger,
      heartbeatMilliseconds: 100,
      idleMilliseconds: 20,
    });
    const http = createServer(feed.handle);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const { port } = http.address() as AddressInfo;
    const stop = async (): Promise<void> => {
      feed.stop();
      if (http.listening) {
        const closed = new Promise((resolve) => http.close(resolve));
        http.closeAllConnections();
        await closed;
      }
    };
    stops.push(stop);
    const source: TestEventSource = {
      name,
      graphqlUrl: `http://127.0.0.1:${port}/graphql`,
      secret: secrets.get(options.readers[0] ?? '') ?? '',
      async tell(...events) {
        const appended = await pgTransactions(database.pool)((transaction) =>
          appendEvents(transaction, contracts, events),
        );
        feed.touch();
        return appended;
      },
      async renewEpoch() {
        const owner = new pg.Client({ connectionString: database.ownerUrl });
        await owner.connect();
        try {
          await renewEpoch(owner);
        } finally {
          await owner.end();
        }
      },
      stop,
    };
    return [name, source];
  };
  const sources = Object.fromEntries(await Promise.all(names.map(open))) as Record<Name, TestEventSource>;
  return {
    sources,
    async stop() {
      await Promise.all(stops.map((stop) => stop()));
      await server.stop();
    },
  };
}
