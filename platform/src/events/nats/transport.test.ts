import { startTestFeed } from '../test-feed.js';
import { startTestServer } from '../test-fixtures.js';
import { describeTransport } from '../test-transport-suite.js';
import { describeWithNats } from './test-nats-server.js';
import { startNatsServer } from '../../testing/nats-server.js';
import { createFeedAndNatsTransport, createTestRelay } from './test-relay.js';

async function startSystem() {
  const server = await startTestServer();
  const maker = await server.createDatabase('maker');
  const feed = await startTestFeed(maker);
  const nats = await startNatsServer();
  const broker = nats.createBroker('shop');
  const relayBroker = nats.createBroker('maker');
  const relay = createTestRelay(maker, relayBroker);
  relay.start();
  return {
    maker,
    feed,
    nats,
    createTransport: () => createFeedAndNatsTransport(broker, feed),
    async stop() {
      await relay.stop();
      await feed.stop();
      await broker.close();
      await relayBroker.close();
      await nats.stop();
      await server.stop();
    },
  };
}

describeWithNats('NATS', () => {
  describeTransport('NATS', async () => {
    const system = await startSystem();
    return {
      ...system,
      async cut() {
        await system.nats.kill();
        await system.nats.start();
      },
      goAway: () => system.nats.kill(),
      comeBack: () => system.nats.start(),
    };
  });

  describeTransport('NATS, with a broken feed, ', async () => {
    const system = await startSystem();
    return {
      ...system,
      cut: () => system.feed.cut(),
      goAway: () => system.feed.close(),
      comeBack: () => system.feed.listen(),
    };
  });
});
