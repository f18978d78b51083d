import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@supergraph/platform/telemetry';
import { compose } from '../testing/test-router.js';
import { SubgraphClients } from '../transport/subgraph-clients.js';
import { readExpectedOperations } from './expected-operations.js';
import { loadSupergraph, type LoadedSupergraph, type LoadingOptions } from './loaded-supergraph.js';

const logger = createLogger('test', 'silent');
const clients = new SubgraphClients(
  {
    connectionsPerReplica: 1,
    maximumWaiting: 1,
    waitMilliseconds: 1,
    retryPercent: 0,
    breaker: { failures: 0 },
  },
  1_000,
);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'operations-'));
  await writeFile(join(folder, 'A.graphql'), 'query A { a }');
  await writeFile(join(folder, 'B.graphql'), 'query B { b }');
  await writeFile(join(folder, 'Broken.graphql'), 'query {');
});

afterAll(async () => {
  await clients.close();
  await rm(folder, { recursive: true });
});

async function load(
  fields: string,
  address: string,
  options: Partial<LoadingOptions> = {},
): Promise<LoadedSupergraph> {
  const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9") type Query { ${fields} }`;
  return loadSupergraph(compose([{ name: 'one', url: `http://127.0.0.1/${address}`, sdl }]), {
    configuration: {
      settingsOf: ({ name, routingUrl }) => ({
        name,
        urls: [routingUrl],
        secret: undefined,
        timeoutMilliseconds: 1_000,
      }),
      events: { sources: [], identitySubgraph: 'auth' },
      limits: {
        subgraphTimeoutMilliseconds: 1,
        requestTimeoutMilliseconds: 1,
        maximumBodyBytes: 1,
      },
    },
    clients,
    logger,
    ...options,
  });
}

describe('loadSupergraph', () => {
  it('plans the saved operations that the schema allows before it is served', async () => {
    const expected = await readExpectedOperations(folder, logger);
    expect(expected).toHaveLength(2);
    expect((await load('a: Int', 'x', { expected })).operations.size).toBe(1);
    expect((await load('a: Int b: Int', 'x', { expected })).operations.size).toBe(2);
    expect(await readExpectedOperations(join(folder, 'nowhere'), logger)).toEqual([]);
  });

  it('keeps every plan when only addresses change, and nothing else alike when more does', async () => {
    const previous = await load('a: Int', 'x');
    const moved = await load('a: Int', 'y', { previous });
    expect(moved.operations).toBe(previous.operations);
    expect(moved.subgraphs[0]?.settings.urls).toEqual(['http://127.0.0.1/y']);
    expect((await load('a: Int b: Int', 'x', { previous })).operations).not.toBe(previous.operations);
  });
});
