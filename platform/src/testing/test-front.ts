import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What stands between a router and a subgraph in a test: it passes everything on, and can be told not to. */
export interface TestFront {
  /** `/graphql` included. */
  readonly graphqlUrl: string;
  /** Requests to `/graphql` that were passed on. */
  readonly passedOn: number;
  /** Events stay here from now on, with connections open, as in a network that has stopped. */
  pauseEvents(): void;
  /** What stayed here goes on. */
  resumeEvents(): void;
  /** Breaks the connections over which events are followed; new ones are taken. */
  cutEvents(): void;
  /**
   * Holds answers back, after the subgraph gave them, that `chooses` by the request's body.
   *
   * @returns what lets them go and ends the holding
   */
  holdAnswers(chooses: (body: string) => boolean): {
    readonly held: () => number;
    readonly release: () => void;
  };
  stop(): Promise<void>;
}

/** Headers that are not for who comes behind. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set(['host', 'connection', 'transfer-encoding']);

/**
 * Starts the front.
 *
 * @param upstream addresses without a path, such as `http://127.0.0.1:4002`
 */
export async function startTestFront(upstream: {
  readonly graphql: string;
  readonly events: string;
}): Promise<TestFront> {
  const feeds = new Set<{ readonly from: IncomingMessage; readonly to: ServerResponse }>();
  let isPaused = false;
  let passedOn = 0;
  let holding: { chooses: (body: string) => boolean; readonly waiting: (() => void)[] } | undefined;

  const pass = (origin: string, incoming: IncomingMessage, body: string, outgoing: ServerResponse): void => {
    const url = new URL(incoming.url ?? '/', origin);
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).filter(([name]) => !OF_THE_CONNECTION.has(name)),
    );
    const isFeed = url.pathname === '/events';
    const passed = request(url, { method: incoming.method, headers: { ...headers, host: url.host } });
    const fail = (): void => void outgoing.destroy();
    passed.on('error', fail);
    outgoing.on('close', () => passed.destroy());
    passed.on('response', (from) => {
      outgoing.writeHead(from.statusCode ?? 502, from.headers);
      if (isFeed) {
        const feed = { from, to: outgoing };
        feeds.add(feed);
        outgoing.on('close', () => feeds.delete(feed));
        from.on('data', (chunk) => outgoing.write(chunk));
        from.on('end', () => outgoing.end()).on('error', fail);
        if (isPaused) {
          from.pause();
        }
        return;
      }
      const chunks: Buffer[] = [];
      from.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', fail);
      from.on('end', () => {
        const send = (): void => void outgoing.end(Buffer.concat(chunks));
        if (holding?.chooses(body) === true) {
          holding.waiting.push(send);
        } else {
          send();
        }
      });
    });
    passed.end(body);
  };

  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const isFeed = incoming.url?.startsWith('/events') === true;
      passedOn += isFeed ? 0 : 1;
      pass(isFeed ? upstream.events : upstream.graphql, incoming, Buffer.concat(chunks).toString(), outgoing);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    graphqlUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    get passedOn() {
      return passedOn;
    },
    pauseEvents() {
      isPaused = true;
      feeds.forEach(({ from }) => from.pause());
    },
    resumeEvents() {
      isPaused = false;
      feeds.forEach(({ from }) => from.resume());
    },
    cutEvents() {
      feeds.forEach(({ to }) => to.destroy());
    },
    holdAnswers(chooses) {
      const waiting: (() => void)[] = [];
      const own = { chooses, waiting };
      holding = own;
      return {
        held: () => waiting.length,
        release() {
          holding = holding === own ? undefined : holding;
          waiting.splice(0).forEach((send) => send());
        },
      };
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
