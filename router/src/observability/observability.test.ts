import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { UsageReport } from '@supergraph/schema/usage';
import { startCatalogue, startReviews, startShipping } from '../testing/library.js';
import { startTestRouter, type GraphqlAnswer, type TestRouter } from '../testing/test-router.js';
import type { TestSubgraph } from '../testing/test-subgraph.js';
import type { DescribedFetch, DescribedNode, DescribedPlan } from './debug/described-plan.js';

const DEBUG = { 'supergraph-debug': 'plan' };
const SECRET = 'a-secret-that-opens-plans-to-developers';
const QUERY = 'query Labels { books { title label } }';

let subgraphs: ReadonlyArray<TestSubgraph>;
let router: TestRouter;
beforeAll(async () => {
  subgraphs = await Promise.all([startCatalogue(), startReviews(), startShipping()]);
  router = await startTestRouter(subgraphs);
});
afterAll(async () => {
  await router?.stop();
  await Promise.all((subgraphs ?? []).map((subgraph) => subgraph.kill()));
});

function planOf(answer: GraphqlAnswer): DescribedPlan | undefined {
  return (answer.extensions as { plan?: DescribedPlan } | undefined)?.plan;
}

function fetchesOf(node: DescribedNode | null): ReadonlyArray<DescribedFetch> {
  if (node === null) {
    return [];
  }
  switch (node.kind) {
    case 'fetch':
      return [node];
    case 'flatten':
      return fetchesOf(node.node);
    case 'condition':
      return [...fetchesOf(node.whenTrue), ...fetchesOf(node.whenFalse)];
    case 'parallel':
    case 'sequence':
      return node.nodes.flatMap(fetchesOf);
  }
}

/** Reads the value of the one line that has these labels, whatever others it has. */
function valueOf(text: string, name: string, labels: Readonly<Record<string, string>>): number {
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`))
    .filter((line) => Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`)));
  expect(lines).toHaveLength(1);
  return Number(lines[0]?.split(' ').at(-1));
}

/** A router of its own for one test, which ends with it. */
async function withRouter(
  environment: Readonly<Record<string, string>>,
  use: (router: TestRouter) => Promise<void>,
): Promise<void> {
  const own = await startTestRouter(subgraphs, environment);
  try {
    await use(own);
  } finally {
    await own.stop();
  }
}

async function metrics(of = router): Promise<string> {
  return (await fetch(`${of.url}/metrics`)).text();
}

describe('the plan of an operation', () => {
  it('is told with how each fetch went', async () => {
    const answer = await router.ask(QUERY, { headers: DEBUG });
    const plan = planOf(answer);
    expect(plan).toMatchObject({ operation: { name: 'Labels', type: 'query' }, node: { kind: 'sequence' } });
    expect(plan?.planMilliseconds).toBeGreaterThan(0);
    const fetches = fetchesOf(plan?.node ?? null);
    expect(fetches.map(({ subgraph, run }) => [subgraph, run?.objects, run?.representations])).toEqual([
      ['catalogue', 1, 0],
      ['reviews', 3, 3],
      ['shipping', 3, 3],
    ]);
    const [first, second, third] = fetches.map(({ run }) => run);
    expect(first?.answerLength).toBeGreaterThan(0);
    expect(first?.sqlStatements).toBeNull();
    const endOf = (run: typeof first) => (run?.startMilliseconds ?? 0) + (run?.durationMilliseconds ?? 0);
    expect(second?.startMilliseconds).toBeGreaterThanOrEqual(Math.floor(endOf(first)));
    expect(third?.startMilliseconds).toBeGreaterThanOrEqual(Math.floor(endOf(second)));
    expect(plan?.totalMilliseconds).toBeGreaterThanOrEqual(endOf(third) - 0.02);
  });

  it('took no time when it was there already', async () => {
    await router.ask(QUERY);
    expect(planOf(await router.ask(QUERY, { headers: DEBUG }))?.planMilliseconds).toBe(0);
  });

  it('tells which fetch failed, and which was not needed', async () => {
    const failing = subgraphs.find(({ name }) => name === 'reviews');
    failing?.behave((response) => void response.end('<html>'));
    try {
      const answer = await router.ask('{ books { isbn rating } book(isbn: "9") { rating } }', {
        headers: DEBUG,
      });
      const fetches = fetchesOf(planOf(answer)?.node ?? null).filter(
        ({ subgraph }) => subgraph === 'reviews',
      );
      expect(fetches.map(({ run }) => run?.failure)).toContain('SUBGRAPH_BAD_RESPONSE');
      const none = await router.ask('{ book(isbn: "9") { rating } }', { headers: DEBUG });
      expect(fetchesOf(planOf(none)?.node ?? null).at(-1)).toMatchObject({ subgraph: 'reviews', run: null });
    } finally {
      failing?.behave(undefined);
    }
  });

  it('asks subgraphs what an answer cost only for whoever is told', async () => {
    const [catalogue] = subgraphs;
    catalogue?.requests.splice(0);
    await router.ask('{ books { isbn } }');
    await router.ask('{ books { isbn } }', { headers: DEBUG });
    expect(catalogue?.requests.map(({ headers }) => headers['x-supergraph-cost'])).toEqual([
      undefined,
      'sql',
    ]);
  });

  it('is told to nobody who does not ask', async () => {
    expect((await router.ask(QUERY)).extensions).toBeUndefined();
  });
});

describe('the plan outside of the embedded default', () => {
  const production = { SUPERGRAPH_MODE: 'production' };

  it('is told to nobody when no setting opens it', async () => {
    await withRouter(production, async (closed) => {
      const headers = { ...DEBUG, authorization: `Bearer ${await closed.sign()}` };
      expect((await closed.ask(QUERY, { headers })).extensions).toBeUndefined();
    });
  });

  it.each([
    ['the secret', { ROUTER_DEBUG_SECRET: SECRET }, { 'supergraph-debug-secret': SECRET }, false],
    ['the scope', { ROUTER_DEBUG_SCOPE: 'read' }, {}, true],
    ['the role', { ROUTER_DEBUG_ROLE: 'READER' }, {}, true],
  ])('is told for %s', async (_what, environment, headers: Record<string, string>, withToken) => {
    await withRouter({ ...production, ...environment }, async (opened) => {
      const token = withToken ? { authorization: `Bearer ${await opened.sign()}` } : {};
      expect(planOf(await opened.ask(QUERY, { headers: { ...DEBUG, ...headers, ...token } }))).toBeDefined();
      expect((await opened.ask(QUERY, { headers: { ...headers, ...token } })).extensions).toBeUndefined();
      const wrong = { ...DEBUG, 'supergraph-debug-secret': `${SECRET}?` };
      expect((await opened.ask(QUERY, { headers: wrong })).extensions).toBeUndefined();
    });
  });

  it('needs another scope and role than those of the token', async () => {
    const settings = {
      ...production,
      ROUTER_DEBUG_SCOPE: 'debug',
      ROUTER_DEBUG_ROLE: 'DEVELOPER',
    };
    await withRouter(settings, async (other) => {
      const headers = { ...DEBUG, authorization: `Bearer ${await other.sign()}` };
      expect((await other.ask(QUERY, { headers })).extensions).toBeUndefined();
    });
  });
});

describe('metrics', () => {
  it('count operations, fetches and errors, and keep apart what clients make up', async () => {
    await withRouter({}, async (own) => {
      const asked = 'query Frequent { books { isbn } broken }';
      for (let time = 0; time < 25; time += 1) {
        await own.ask(asked, {
          headers: { 'apollographql-client-name': 'web', 'apollographql-client-version': '1' },
        });
      }
      for (let number = 0; number < 60; number += 1) {
        const headers = {
          'apollographql-client-name': `made up ${number}`,
          'apollographql-client-version': 'x'.repeat(500),
        };
        await own.ask(`query MadeUp${number} { books { isbn } }`, { headers });
      }
      const text = await metrics(own);
      const partial = { type: 'query', outcome: 'partial' };
      expect(
        valueOf(text, 'router_operation_duration_seconds_count', { ...partial, operation: 'Frequent' }),
      ).toBe(6);
      expect(text).toContain('operation="other"');
      expect(text).not.toContain('MadeUp');
      expect(text).not.toContain('made up');
      const web = { client: 'web', client_version: '1', outcome: 'partial' };
      expect(valueOf(text, 'router_client_operations_total', web)).toBe(23);
      expect(valueOf(text, 'router_errors_total', { subgraph: 'catalogue' })).toBe(25);
      expect(
        valueOf(text, 'router_fetch_duration_seconds_count', { subgraph: 'catalogue', kind: 'query' }),
      ).toBe(85);
      expect(valueOf(text, 'router_plan_lookups_total', { result: 'hit' })).toBe(24);
      expect(valueOf(text, 'router_plan_lookups_total', { result: 'miss' })).toBe(61);
      expect(valueOf(text, 'router_operations_in_flight', {})).toBe(0);
    });
  });
});

describe('/usage', () => {
  it('counts what clients use, by client', async () => {
    await withRouter({}, async (own) => {
      const headers = { 'apollographql-client-name': 'shop', 'apollographql-client-version': '2.0' };
      for (let time = 0; time < 5; time += 1) {
        await own.ask(
          'query ($isbn: ID!) { book(isbn: $isbn) { ...Parts } } fragment Parts on Book { reviews(first: 1) { body } }',
          {
            variables: { isbn: '1' },
            headers,
          },
        );
      }
      await own.ask('{ carrier }');
      await own.ask('{ nothingOfTheKind }');
      const report = (await (await fetch(`${own.url}/usage`)).json()) as UsageReport;
      const [instance] = report.instances;
      const counted = new Map<string, number>();
      for (const { coordinate, count } of instance?.uses ?? []) {
        counted.set(coordinate, (counted.get(coordinate) ?? 0) + count);
      }
      expect(Object.fromEntries(counted)).toMatchObject({
        'Query.book': 5,
        'Query.book(isbn:)': 5,
        'Book.reviews': 5,
        'Book.reviews(first:)': 5,
        'Review.body': 5,
        'Query.carrier': 1,
      });
      expect([...counted.keys()].filter((coordinate) => /nothing|title/.test(coordinate))).toEqual([]);
      expect(instance?.uses).toContainEqual(
        expect.objectContaining({
          coordinate: 'Review.body',
          client: 'shop',
          clientVersion: '2.0',
          count: 3,
        }),
      );
    });
  });

  it('is not told on the public port in production', async () => {
    await withRouter({ SUPERGRAPH_MODE: 'production' }, async (closed) => {
      expect((await fetch(`${closed.url}/usage`)).status).toBe(404);
    });
  });
});
