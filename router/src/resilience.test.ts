import { afterEach, describe, expect, it } from '@jest/globals';
import { startCatalogue, startReviews } from './testing/library.js';
import { startTestRouter, type TestRouter } from './testing/test-router.js';
import type { TestSubgraph } from './testing/test-subgraph.js';

const running: Array<() => Promise<void>> = [];

afterEach(async () => {
  for (const stop of running.splice(0).reverse()) {
    await stop();
  }
});

async function start(environment: Readonly<Record<string, string>>): Promise<{
  readonly catalogue: TestSubgraph;
  readonly reviews: TestSubgraph;
  readonly router: TestRouter;
}> {
  const [catalogue, reviews] = await Promise.all([startCatalogue(), startReviews()]);
  const router = await startTestRouter([catalogue, reviews], environment);
  running.push(
    () => Promise.all([catalogue, reviews].map((each) => each.kill())).then(() => undefined),
    () => router.stop(),
  );
  return { catalogue, reviews, router };
}

const REVIEWS = '{ reviewCount }';
const codeOf = async (router: TestRouter, query = REVIEWS): Promise<unknown> =>
  (await router.ask(query)).errors?.[0]?.extensions['code'];
const breakersOf = async (router: TestRouter, subgraph: string): Promise<ReadonlyArray<string>> => {
  const { subgraphs } = (await (await fetch(`${router.url}/health/subgraphs`)).json()) as {
    subgraphs: ReadonlyArray<{ name: string; breakers: ReadonlyArray<string> }>;
  };
  return subgraphs.find(({ name }) => name === subgraph)?.breakers ?? [];
};
const metricsOf = async (router: TestRouter): Promise<string> =>
  (await fetch(`${router.url}/metrics`)).text();

describe('the breaker of a subgraph', () => {
  it('opens after ten failures, sends nothing while it is open, and closes by a probe and a request', async () => {
    const { reviews, router } = await start({ ROUTER_BREAKER_FAILURES: '10', ROUTER_RETRY_PERCENT: '0' });
    reviews.behave((response) => void response.writeHead(500).end('<html>'));
    for (let count = 0; count < 10; count += 1) {
      expect(await codeOf(router)).toBe('SUBGRAPH_BAD_RESPONSE');
    }
    expect(await breakersOf(router, 'reviews')).toEqual(['open']);
    const sent = reviews.requests.filter(({ body }) => body.query !== '{__typename}').length;
    expect(await codeOf(router)).toBe('SUBGRAPH_CIRCUIT_OPEN');
    expect(reviews.requests.filter(({ body }) => body.query !== '{__typename}')).toHaveLength(sent);
    expect((await router.ask('{ books { title } }')).errors).toBeUndefined();
    expect(await metricsOf(router)).toMatch(/subgraph_breaker_state\{[^}]*subgraph="reviews"[^}]*\} 2/);

    reviews.behave(undefined);
    while ((await breakersOf(router, 'reviews'))[0] === 'open') {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await breakersOf(router, 'reviews')).toEqual(['half-open']);
    expect(await codeOf(router)).toBeUndefined();
    expect(await breakersOf(router, 'reviews')).toEqual(['closed']);
  });

  it('tells of a mutation that was not sent nothing of a change', async () => {
    const { reviews, router } = await start({ ROUTER_BREAKER_FAILURES: '1' });
    reviews.behave((response) => void response.destroy());
    await router.ask(REVIEWS);
    const answer = await router.ask('mutation { rate(isbn: "1", stars: 1) }');
    expect(answer.errors?.[0]?.extensions['code']).toBe('SUBGRAPH_CIRCUIT_OPEN');
    expect(answer.errors?.[0]?.message).not.toContain('may have been');
  });
});

describe('the budget of retries', () => {
  it('bounds what is sent again by a share of what is sent', async () => {
    const { reviews, router } = await start({ ROUTER_BREAKER_FAILURES: '0', ROUTER_RETRY_PERCENT: '20' });
    reviews.behave((response) => void response.destroy());
    for (let count = 0; count < 50; count += 1) {
      await router.ask(REVIEWS);
    }
    // Ten to begin with, and one for each five of fifty.
    expect(reviews.requests.length).toBeGreaterThanOrEqual(69);
    expect(reviews.requests.length).toBeLessThanOrEqual(71);
  });
});

describe('a subgraph that hangs', () => {
  it('is asked only so often at once; who comes later is refused early, and the others are served', async () => {
    const { reviews, router } = await start({
      ROUTER_SUBGRAPH_CONNECTIONS: '2',
      ROUTER_SUBGRAPH_QUEUE: '1',
      ROUTER_SUBGRAPH_TIMEOUTS: 'reviews:20000',
      ROUTER_REQUEST_TIMEOUT_MILLISECONDS: '30000',
    });
    const waiting: Array<() => void> = [];
    reviews.behave((response) => {
      waiting.push(() => response.end('{"data":{"a":1,"b":1,"c":1}}'));
    });
    const hanging = ['a', 'b'].map((alias) => router.ask(`{ ${alias}: reviewCount }`));
    while (waiting.length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const codes = await Promise.all(
      ['c', 'd', 'e'].map((alias) => codeOf(router, `{ ${alias}: reviewCount }`)),
    );
    expect(codes).toEqual(['SUBGRAPH_OVERLOADED', 'SUBGRAPH_OVERLOADED', 'SUBGRAPH_OVERLOADED']);
    expect((await router.ask('{ books { title } }')).errors).toBeUndefined();
    expect(waiting).toHaveLength(2);
    waiting.forEach((answer) => answer());
    expect((await Promise.all(hanging)).map(({ errors }) => errors)).toEqual([undefined, undefined]);
  });

  it('has a time of its own, and is told how much of it is left', async () => {
    const { reviews, catalogue, router } = await start({
      ROUTER_SUBGRAPH_TIMEOUTS: 'reviews:300',
      ROUTER_SUBGRAPH_TIMEOUT_MILLISECONDS: '9000',
    });
    reviews.behave(() => undefined);
    expect(await codeOf(router)).toBe('SUBGRAPH_TIMEOUT');
    await router.ask('{ books { title } }');
    const told = (subgraph: TestSubgraph): number =>
      Number(subgraph.requests.at(-1)?.headers['x-supergraph-timeout-milliseconds']);
    expect(told(reviews)).toBeGreaterThan(0);
    expect(told(reviews)).toBeLessThanOrEqual(300);
    expect(told(catalogue)).toBeGreaterThan(300);
    expect(told(catalogue)).toBeLessThanOrEqual(9_000);
  });
});

describe('a router with more to do than it may', () => {
  it('makes some wait, refuses the rest with 503 and Retry-After, and stays healthy', async () => {
    const { catalogue, router } = await start({
      ROUTER_MAXIMUM_IN_FLIGHT: '4',
      ROUTER_QUEUE_MILLISECONDS: '20000',
    });
    const waiting: Array<() => void> = [];
    catalogue.behave((response) => {
      waiting.push(() => response.end('{"data":{"books":[]}}'));
    });
    const asked = Array.from({ length: 40 }, (_, index) => router.ask(`query Q${index} { books { title } }`));
    let refused = 0;
    asked.forEach((answer) => void answer.then(({ status }) => (refused += status === 503 ? 1 : 0)));
    while (refused < 32) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      expect((await fetch(router.url + path)).status).toBe(200);
    }
    catalogue.behave(undefined);
    waiting.forEach((answer) => answer());
    const answers = await Promise.all(asked);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(8);
    const refusals = answers.filter(({ status }) => status === 503);
    expect(refusals).toHaveLength(32);
    for (const { headers, errors } of refusals) {
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(errors?.[0]?.extensions).toMatchObject({
        code: 'ROUTER_OVERLOADED',
        traceId: headers.get('x-trace-id'),
      });
    }
    expect((await router.ask('{ books { title } }')).status).toBe(200);
  });
});
