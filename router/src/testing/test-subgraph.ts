import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { expressMiddleware } from '@as-integrations/express5';
import express from 'express';
import { parse } from 'graphql';

type Resolvers = NonNullable<
  Extract<Parameters<typeof buildSubgraphSchema>[0], { resolvers?: unknown }>['resolvers']
>;

/** A subgraph of a test: a real one over HTTP, which can be told to misbehave. */
export interface TestSubgraph {
  readonly name: string;
  readonly sdl: string;
  /** `/graphql` included. */
  readonly url: string;
  /** What it was sent, in order. */
  readonly requests: Array<{
    readonly headers: IncomingHttpHeaders;
    readonly body: { readonly query: string };
  }>;
  /** Answers in place of the subgraph from now on; undefined gives the subgraph back its voice. */
  behave(behaviour: ((response: ServerResponse, query: string) => void) | undefined): void;
  /** Ends it at once, connections included, as `kill -9` does. */
  kill(): Promise<void>;
  /** Listens again at the same address. */
  revive(): Promise<void>;
}

/** Starts a subgraph on a free port, or on `port`. */
export async function startTestSubgraph(
  name: string,
  sdl: string,
  resolvers: Resolvers,
): Promise<TestSubgraph> {
  const apollo = new ApolloServer({
    schema: buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }]),
    plugins: [ApolloServerPluginLandingPageDisabled(), ApolloServerPluginInlineTraceDisabled()],
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: true,
  });
  await apollo.start();
  const requests: Array<TestSubgraph['requests'][number]> = [];
  let behaviour: Parameters<TestSubgraph['behave']>[0];
  const app = express();
  app.use('/graphql', express.json(), (request, response, next) => {
    const body = request.body as { query: string };
    requests.push({ headers: request.headers, body });
    if (behaviour === undefined) {
      next();
    } else {
      behaviour(response, body.query);
    }
  });
  app.use('/graphql', expressMiddleware(apollo));
  let server = createServer(app);
  const port = await listen(0);
  return {
    name,
    sdl,
    url: `http://127.0.0.1:${port}/graphql`,
    requests,
    behave(next) {
      behaviour = next;
    },
    async kill() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
    async revive() {
      server = createServer(app);
      await listen(port);
    },
  };

  async function listen(wanted: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(wanted, '127.0.0.1', resolve);
    });
    return (server.address() as AddressInfo).port;
  }
}
