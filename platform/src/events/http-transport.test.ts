import { startTestFeed } from './test-feed.js';
import { startTestServer } from './test-fixtures.js';
import { describeTransport } from './test-transport-suite.js';

describeTransport('HTTP', async () => {
  const server = await startTestServer();
  const maker = await server.createDatabase('maker');
  const feed = await startTestFeed(maker);
  return {
    maker,
    createTransport: () => feed.createTransport(),
    cut: () => feed.cut(),
    goAway: () => feed.close(),
    comeBack: () => feed.listen(),
    async stop() {
      await feed.stop();
      await server.stop();
    },
  };
});
