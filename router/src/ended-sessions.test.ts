import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestEventSources, type TestEventSource } from '@supergraph/platform/testing';
import { startCatalogue } from './testing/library.js';
import { startTestRouter, type TestRouter } from './testing/test-router.js';
import type { TestSubgraph } from './testing/test-subgraph.js';

/** The session of the tokens that test routers sign. */
const SESSION = '019b0000-0000-7000-8000-000000000002';

let events: Awaited<ReturnType<typeof startTestEventSources<'door'>>>;
let door: TestEventSource;
let catalogue: TestSubgraph;
const routers: TestRouter[] = [];

const schema = {
  $id: 'door.session.ended/1',
  type: 'object',
  properties: { revokedSessions: { type: 'array', items: { type: 'string' } } },
};
const end = (...revokedSessions: ReadonlyArray<string>) =>
  door.tell({
    type: 'door.session.ended',
    aggregate: { type: 'session', id: 's' },
    data: { revokedSessions },
  });

async function start(): Promise<TestRouter> {
  const doorSdl =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"]) type Query { door: String }';
  const router = await startTestRouter([catalogue, { name: 'door', url: door.graphqlUrl, sdl: doorSdl }], {
    ROUTER_EVENT_SOURCES: 'door,nobody',
    ROUTER_IDENTITY_SUBGRAPH: 'door',
    DOOR_SECRET_FROM_ROUTER: door.secret,
  });
  routers.push(router);
  return router;
}

beforeAll(async () => {
  events = await startTestEventSources(['door'], { readers: ['router'], eventSchemas: [schema] });
  door = events.sources.door;
  catalogue = await startCatalogue();
});

afterAll(async () => {
  await Promise.all(routers.map((router) => router.stop()));
  await catalogue.kill();
  await events.stop();
});

const ask = async (router: TestRouter): Promise<number> => {
  const { status } = await router.ask('{ books { isbn } }', {
    headers: { authorization: `Bearer ${await router.sign()}` },
  });
  return status;
};

async function until(status: number, ask: () => Promise<number>): Promise<void> {
  const limit = Date.now() + 30_000;
  while ((await ask()) !== status) {
    if (Date.now() > limit) {
      throw new Error(`The router never answered with status ${status}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('a session that ended', () => {
  it('is refused by a router that runs, and by one that starts afterwards', async () => {
    const router = await start();
    await end('another-session');
    expect(await ask(router)).toBe(200);
    await end(SESSION);
    await until(401, () => ask(router));
    await until(401, async () => ask(routers[1] ?? (await start())));
  });

  it('is still refused when the log of its service begins anew', async () => {
    await door.renewEpoch();
    await end('another-session');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await ask(routers[0] as TestRouter)).toBe(401);
  });
});
