import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse, type GraphQLSchema } from 'graphql';
import type { ShopOrder, ShopReport } from './messages.js';
import { SHOP } from './subgraphs.js';

/*
 * All four subgraphs in one process. The same request has the same answer here, so an answer is worked out once and
 * sent as text after that: what is measured is the gateway, on a machine that its subgraphs share.
 */

const MAXIMUM_ANSWERS = 20_000;
let delayMilliseconds = 0;
let calls = 0;
let bytes = 0;

const urls: Record<string, string> = {};
for (const { name, sdl, resolvers } of SHOP) {
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never });
  const answers = new Map<string, string>();
  const server = createServer((request, response) => {
    void read(request).then(async (body) => {
      const text = answers.get(body) ?? (await work(schema, body));
      if (answers.size < MAXIMUM_ANSWERS) {
        answers.set(body, text);
      }
      calls += 1;
      bytes += body.length + text.length;
      if (delayMilliseconds > 0) {
        await sleep(delayMilliseconds);
      }
      response.setHeader('content-type', 'application/json').end(text);
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  urls[name] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

process.on('message', (order: ShopOrder) => {
  if (order.type === 'delay') {
    delayMilliseconds = order.milliseconds;
  } else if (order.type === 'count') {
    report({ type: 'counted', calls, bytes });
    calls = 0;
    bytes = 0;
  } else {
    process.exit(0);
  }
});
process.once('disconnect', () => process.exit(0));
report({ type: 'ready', urls });

async function work(schema: GraphQLSchema, body: string): Promise<string> {
  const { query, variables, operationName } = JSON.parse(body) as {
    readonly query: string;
    readonly variables?: Readonly<Record<string, unknown>> | null;
    readonly operationName?: string | null;
  };
  return JSON.stringify(
    await graphql({ schema, source: query, variableValues: variables, operationName: operationName ?? null }),
  );
}

function read(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => resolve(Buffer.concat(chunks).toString()))
      .on('error', reject);
  });
}

function report(message: ShopReport): void {
  process.send?.(message);
}
