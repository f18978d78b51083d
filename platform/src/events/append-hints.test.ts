import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createAppendHints, type AppendHints } from './append-hints.js';
import { eventually, startTestServer, type TestDatabase, type TestServer } from './test-fixtures.js';

let server: TestServer;
const opened: AppendHints[] = [];

beforeAll(async () => {
  server = await startTestServer();
});
afterEach(() => opened.splice(0).forEach((hints) => hints.close()));
afterAll(() => server.stop());

/** The hints of one process, and how many came. The first says that it listens. */
async function listen({ pool }: TestDatabase): Promise<{ readonly hints: AppendHints; count(): number }> {
  let count = 0;
  const hints = createAppendHints(pool, () => (count += 1));
  opened.push(hints);
  await eventually('it listens', () => count === 1);
  return { hints, count: () => count };
}

describe('createAppendHints', () => {
  it('reaches the other processes of the service, and neither itself nor other services', async () => {
    const maker = await server.createDatabase('maker', { database: 'shared_db' });
    const shop = await server.createDatabase('shop', { database: 'shared_db' });
    const [one, other, stranger] = [await listen(maker), await listen(maker), await listen(shop)];
    one.hints.send();
    await eventually('the hint arrived', () => other.count() === 2);
    other.hints.send();
    await eventually('the answer arrived', () => one.count() === 2);
    stranger.hints.send();
    one.hints.send();
    await eventually('the second hint arrived', () => other.count() === 3);
    expect(one.count()).toBe(2);
    expect(stranger.count()).toBe(1);
  });

  it('makes one of many', async () => {
    const maker = await server.createDatabase('busy');
    const [one, other] = [await listen(maker), await listen(maker)];
    for (let count = 0; count < 500; count += 1) {
      one.hints.send();
    }
    await eventually('the hint arrived', () => other.count() > 1);
    one.hints.send();
    await eventually('the last arrived', () => other.count() > 2);
    expect(other.count()).toBe(3);
  });
});
