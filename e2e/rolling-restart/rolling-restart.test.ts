import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { ROOT } from '../harness/root.js';
import { startBalancer, type Balancer, type Outcome } from './balancer.js';
import { startReplica, type ReplicaProcess } from './replica-process.js';

const SDL = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { price: Int } type Mutation { sell: Int }`;
const SECRET = 'a-secret-of-this-test-that-is-long-enough';
const ENVIRONMENT = {
  SUPERGRAPH_MODE: 'production',
  LOG_LEVEL: 'error',
  DRAIN_NOTICE_MILLISECONDS: '1000',
};
const WORKERS = 8;

const folder = mkdtempSync(join(tmpdir(), 'rolling-restart-'));
let shops: ReadonlyArray<ReplicaProcess>;
let routers: ReadonlyArray<ReplicaProcess>;
let balancer: Balancer;

beforeAll(async () => {
  const shop = (): Promise<ReplicaProcess> =>
    startReplica(join(import.meta.dirname, 'shop.mjs'), 'SHOP_PORT', {
      ...ENVIRONMENT,
      SHOP_SDL: SDL,
      SHOP_SECRET: SECRET,
    });
  shops = await Promise.all([shop(), shop()]);
  const { supergraphSdl } = composeServices([
    { name: 'shop', url: 'http://shop.internal', typeDefs: parse(SDL) },
  ]);
  const supergraphFile = join(folder, 'supergraph.graphql');
  writeFileSync(supergraphFile, supergraphSdl ?? '');
  const router = (): Promise<ReplicaProcess> =>
    startReplica(join(ROOT, 'router/dist/main.js'), 'ROUTER_PORT', {
      ...ENVIRONMENT,
      ROUTER_SUPERGRAPH_FILE: supergraphFile,
      SHOP_URLS: shops.map(({ url }) => `${url}/graphql`).join(','),
      SHOP_SECRET_FROM_ROUTER: SECRET,
      AUTH_JWKS_URL: 'http://127.0.0.1:1/keys',
    });
  routers = await Promise.all([router(), router()]);
  balancer = startBalancer(routers.map(({ url }) => url));
});

afterAll(async () => {
  await balancer.close();
  await Promise.all([...routers, ...shops].map((replica) => replica.end()));
  rmSync(folder, { recursive: true, force: true });
});

/** Sends queries and mutations without a pause, several at a time, while `story` goes on. */
async function underLoad(story: () => Promise<void>): Promise<ReadonlyArray<Outcome>> {
  let going = true;
  const outcomes: Outcome[] = [];
  const workers = Array.from({ length: WORKERS }, async (_, worker) => {
    for (let count = 0; going; count += 1) {
      // The routers share identical queries that are under way; these are not.
      const query = (count + worker) % 4 === 0 ? 'mutation { sell }' : `{ w${worker}: price }`;
      outcomes.push(await balancer.send(query));
    }
  });
  await story();
  going = false;
  await Promise.all(workers);
  return outcomes;
}

async function restartEach(replicas: ReadonlyArray<ReplicaProcess>): Promise<ReadonlyArray<number | null>> {
  const statuses: Array<number | null> = [];
  for (const replica of replicas) {
    statuses.push(await replica.restart());
    await balancer.allReady();
  }
  return statuses;
}

describe('a rolling restart under load', () => {
  it.each([
    ['of two routers', () => routers],
    ['of two replicas of a subgraph', () => shops],
  ])('%s loses no query and no mutation', async (name, replicas) => {
    let statuses: ReadonlyArray<number | null> = [];
    const outcomes = await underLoad(async () => {
      statuses = await restartEach(replicas());
    });
    process.stdout.write(`Rolling restart ${name}: ${outcomes.length} requests, `);
    process.stdout.write(`${outcomes.filter(({ ok }) => !ok).length} failed.\n`);
    expect(statuses).toEqual([0, 0]);
    expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
    expect(outcomes.length).toBeGreaterThan(100);
  });
});
