import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findLostWrites, openWorlds, startTraffic, type Traffic, type Worlds } from '@supergraph/cli';
import { canTestNats, startNatsServer, type TestNatsServer } from '@supergraph/platform/testing';
import { supergraph as command } from '../harness/cli.js';
import { eventually } from '../harness/eventually.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';
import { migrate } from './command.js';
import { findEventMistakes } from './event-mistakes.js';
import { startTimeline } from './timeline.js';

/* Events that go through a broker: their relay reads the outbox of a service that moves. */

if (!canTestNats) {
  process.stderr.write('Skipped: there is no nats-server here. Install it (apt-get install nats-server).\n');
}

(canTestNats ? describe : describe.skip)('a migration with a broker', () => {
  let nats: TestNatsServer;
  let system: SystemUnderTest;
  let worlds: Worlds;
  let traffic: Traffic;
  let folder: string;

  beforeAll(async () => {
    nats = await startNatsServer();
    system = await startSystemUnderTest({
      topology: 'shared',
      environment: {
        NATS_URL: nats.url,
        // Nobody has to sign in again in between, and a busy machine may answer late.
        AUTH_ACCESS_TOKEN_SECONDS: '36000',
        ROUTER_SUBGRAPH_TIMEOUT_MILLISECONDS: '30000',
        ROUTER_REQUEST_TIMEOUT_MILLISECONDS: '60000',
      },
    });
    folder = system.system.folder.path;
    worlds = openWorlds(folder);
    traffic = await startTraffic({ endpoint: system.endpoint, perSecond: 15, observer: startTimeline() });
  }, 180_000);
  afterAll(async () => {
    await traffic?.stop();
    await worlds?.close();
    await system?.stop();
    await nats?.stop();
  });

  it('loses no event and tells none twice, there and back, also while the broker is away', async () => {
    for (const name of ['start', 'verify']) await migrate(folder, name, 'auth', 'payments');
    await migrate(folder, 'cutover', 'auth', 'payments', '--budget', '4000');
    await nats.kill();
    await migrate(folder, 'rollback', 'payments', '--budget', '4000');
    await nats.start();
    await migrate(folder, 'rollback', 'auth', '--budget', '4000');
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
    expect(traffic.acknowledged.payments.size).toBeGreaterThan(0);
    expect(await findLostWrites(worlds, 'source', traffic.acknowledged)).toEqual([]);
    const look = () => findEventMistakes(worlds, () => 'source');
    expect(await eventually('every event is applied', look, (mistakes) => mistakes.length === 0)).toEqual([]);
    const check = async () => (await command(['replica', 'check', '--json'], { dataFolder: folder })).status;
    expect(await eventually('replicas are true', check, (status) => status === 0)).toBe(0);
  }, 600_000);
});
