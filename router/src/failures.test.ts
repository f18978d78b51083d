import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { startCatalogue, startReviews, startShipping } from './testing/library.js';
import { startTestRouter, type GraphqlAnswer, type TestRouter } from './testing/test-router.js';
import type { TestSubgraph } from './testing/test-subgraph.js';

let catalogue: TestSubgraph;
let reviews: TestSubgraph;
let shipping: TestSubgraph;
let router: TestRouter;
let production: TestRouter;

beforeAll(async () => {
  [catalogue, reviews, shipping] = await Promise.all([startCatalogue(), startReviews(), startShipping()]);
  const all = [catalogue, reviews, shipping];
  // Each failure is told as what it is, not as one too many.
  const limits = { ROUTER_SUBGRAPH_TIMEOUT_MILLISECONDS: '2000', ROUTER_BREAKER_FAILURES: '0' };
  router = await startTestRouter(all, limits);
  production = await startTestRouter(all, { ...limits, SUPERGRAPH_MODE: 'production' });
});

afterEach(() => {
  for (const subgraph of [catalogue, reviews, shipping]) {
    subgraph.behave(undefined);
  }
});

afterAll(async () => {
  await Promise.all([router.stop(), production.stop()]);
  await Promise.all([catalogue, reviews, shipping].map((subgraph) => subgraph.kill()));
});

const QUERY = '{ books { isbn title rating reviews { body } } reviewCount }';
const TITLES = ['Book 1', 'Book 2', 'Book 3'];

/** What would do, were it shorter. */
function elevenMegabytes(response: ServerResponse): void {
  const entities = [1, 2, 3].map((rating) => ({ rating, reviews: [] }));
  response.end(
    JSON.stringify({ data: { reviewCount: 7, _entities: entities }, extensions: 'x'.repeat(11_000_000) }),
  );
}

/** Entities fewer than were asked for, and in place of root fields a list. */
function tooFewEntities(response: ServerResponse, query: string): void {
  response.end(JSON.stringify({ data: query.includes('_entities') ? { _entities: [] } : [] }));
}

function pathsOf(answer: GraphqlAnswer): ReadonlyArray<string> {
  return (answer.errors ?? []).map(({ path = [] }) => path.join('.')).sort();
}

const LOST_OF_REVIEWS = ['0', '1', '2']
  .flatMap((index) => [`books.${index}.rating`, `books.${index}.reviews`])
  .concat('reviewCount')
  .sort();

describe('a query over two subgraphs', () => {
  it('is answered from both', async () => {
    const answer = await router.ask(QUERY);
    expect(answer.errors).toBeUndefined();
    expect(answer.data?.['books'][1]).toEqual({
      isbn: '2',
      title: 'Book 2',
      rating: 3,
      reviews: [{ body: 'on 2' }],
    });
    expect(answer.data?.['reviewCount']).toBe(7);
  });
});

describe('a subgraph that fails', () => {
  const misbehaviours: ReadonlyArray<
    readonly [string, string, (response: ServerResponse, query: string) => void]
  > = [
    ['never answers', 'SUBGRAPH_TIMEOUT', () => undefined],
    ['stops in the middle of its answer', 'SUBGRAPH_TIMEOUT', (response) => void response.write('{"data":')],
    [
      'answers with a page',
      'SUBGRAPH_BAD_RESPONSE',
      (response) => void response.end('<html>Bad gateway</html>'),
    ],
    ['answers with broken JSON', 'SUBGRAPH_BAD_RESPONSE', (response) => void response.end('{"data":{"a":')],
    [
      'answers with other JSON',
      'SUBGRAPH_BAD_RESPONSE',
      (response) => void response.end('{"message":"hello"}'),
    ],
    ['answers null', 'SUBGRAPH_BAD_RESPONSE', (response) => void response.end('{"data":null}')],
    ['answers with too few entities', 'SUBGRAPH_BAD_RESPONSE', tooFewEntities],
    ['answers with 10 MB and more', 'SUBGRAPH_BAD_RESPONSE', elevenMegabytes],
    ['breaks the connection', 'SUBGRAPH_UNAVAILABLE', (response) => void response.destroy()],
    ['says 503', 'SUBGRAPH_UNAVAILABLE', (response) => void response.writeHead(503).end('busy')],
  ];

  it.each(misbehaviours)('and %s costs its own fields only: %s', async (_name, code, behaviour) => {
    reviews.behave(behaviour);
    const answer = await router.ask(QUERY);
    expect(answer.status).toBe(200);
    expect(answer.data?.['books'].map((book: { title: string }) => book.title)).toEqual(TITLES);
    expect(answer.data?.['books'][0]).toEqual({ isbn: '1', title: 'Book 1', rating: null, reviews: null });
    expect(pathsOf(answer)).toEqual(LOST_OF_REVIEWS);
    const traceId = answer.headers.get('x-trace-id');
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    for (const error of answer.errors ?? []) {
      expect(error.extensions).toEqual({ code, service: 'reviews', traceId, cause: expect.any(String) });
    }
  });

  it('and is down costs its own fields only, and heals by itself', async () => {
    await reviews.kill();
    const answer = await router.ask(QUERY);
    expect(answer.data?.['books'].map((book: { title: string }) => book.title)).toEqual(TITLES);
    expect(pathsOf(answer)).toEqual(LOST_OF_REVIEWS);
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'SUBGRAPH_UNAVAILABLE',
      service: 'reviews',
      cause: expect.stringContaining('ECONNREFUSED'),
    });
    await reviews.revive();
    expect((await router.ask(QUERY)).errors).toBeUndefined();
  });

  it('shows no cause in production', async () => {
    reviews.behave((response) => void response.end('<html>secret page</html>'));
    const answer = await production.ask(QUERY);
    expect(pathsOf(answer)).toEqual(LOST_OF_REVIEWS);
    expect(Object.keys(answer.errors?.[0]?.extensions ?? {}).sort()).toEqual(['code', 'service', 'traceId']);
    expect(JSON.stringify(answer)).not.toContain('secret page');
  });

  it('takes no error for fields that @skip and @include leave out', async () => {
    reviews.behave((response) => void response.destroy());
    const query =
      'query ($no: Boolean!) { books { isbn rating @include(if: $no) reviews @skip(if: $no) { body } } }';
    const without = await router.ask(query, { variables: { no: false } });
    expect(pathsOf(without)).toEqual(['books.0.reviews', 'books.1.reviews', 'books.2.reviews']);
    const inverse = await router.ask(query, { variables: { no: true } });
    expect(pathsOf(inverse)).toEqual(['books.0.rating', 'books.1.rating', 'books.2.rating']);
  });

  it('names aliased fields as the client does', async () => {
    reviews.behave((response) => void response.destroy());
    const answer = await router.ask('{ book(isbn: "2") { stars: rating } n: reviewCount }');
    expect(pathsOf(answer)).toEqual(['book.stars', 'n']);
  });

  it('is placed right when some entities of a list are of another type or null', async () => {
    reviews.behave((response) => void response.destroy());
    const answer = await router.ask('{ things { ... on Book { isbn rating } ... on Pen { color } } }');
    expect(pathsOf(answer)).toEqual(['things.1.rating', 'things.3.rating']);
    expect(answer.data?.['things'][0]).toEqual({ color: 'blue' });
  });

  it('fails what requires it, and names only what the client asked for', async () => {
    reviews.behave((response) => void response.destroy());
    const answer = await router.ask('{ book(isbn: "1") { title label } }');
    expect(answer.data).toEqual({ book: { title: 'Book 1', label: null } });
    expect(pathsOf(answer)).toEqual(['book.label']);
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'SUBGRAPH_UNAVAILABLE',
      service: 'reviews',
    });
  });

  it('does not send a mutation twice when its connection breaks', async () => {
    reviews.requests.length = 0;
    reviews.behave((response) => void response.destroy());
    const answer = await router.ask('mutation { rate(isbn: "1", stars: 3) }');
    expect(reviews.requests).toHaveLength(1);
    expect(answer.errors?.[0]).toMatchObject({
      path: ['rate'],
      message: expect.stringContaining('may have been'),
    });
    reviews.requests.length = 0;
    await router.ask('{ reviewCount }');
    expect(reviews.requests).toHaveLength(2);
  });
});

describe('an error of a subgraph', () => {
  const answerWith =
    (errors: unknown, data: unknown = null) =>
    (response: ServerResponse) =>
      void response.end(JSON.stringify({ data, errors }));

  it('keeps message, path and a known code, and nothing else', async () => {
    reviews.behave(
      answerWith([
        {
          message: 'Sign in first.',
          path: ['reviewCount'],
          extensions: {
            code: 'UNAUTHENTICATED',
            stacktrace: ['at secret'],
            service: 'liar',
            serviceName: 'liar',
            x: 1,
          },
        },
      ]),
    );
    const answer = await router.ask('{ reviewCount }');
    expect(answer.errors).toEqual([
      {
        message: 'Sign in first.',
        path: ['reviewCount'],
        extensions: {
          code: 'UNAUTHENTICATED',
          service: 'reviews',
          traceId: answer.headers.get('x-trace-id'),
        },
      },
    ]);
  });

  it('is masked when its code is not known', async () => {
    reviews.behave(
      answerWith([{ message: 'SELECT secret', path: ['reviewCount'], extensions: { code: 'ODD' } }]),
    );
    const shown = await router.ask('{ reviewCount }');
    expect(shown.errors?.[0]?.extensions).toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      cause: 'ODD: SELECT secret',
    });
    const hidden = await production.ask('{ reviewCount }');
    expect(hidden.errors?.[0]?.extensions['code']).toBe('INTERNAL_SERVER_ERROR');
    expect(JSON.stringify(hidden)).not.toContain('SELECT');
  });

  it('never shows what a resolver threw, nor a stack trace', async () => {
    const hidden = await production.ask('{ broken }');
    expect(pathsOf(hidden)).toEqual(['broken']);
    expect(JSON.stringify(hidden)).not.toContain('swordfish');
    const shown = await router.ask('{ broken }');
    expect(JSON.stringify(shown)).not.toContain('.ts:');
    expect(shown.errors?.[0]?.extensions['cause']).toContain('swordfish');
  });

  it('about the request as a whole stands for every field of it', async () => {
    reviews.behave(answerWith([{ message: 'Ask the supergraph.', extensions: { code: 'CALLER_REFUSED' } }]));
    const answer = await router.ask(QUERY);
    expect(pathsOf(answer)).toEqual(LOST_OF_REVIEWS);
    expect(answer.errors?.[0]?.extensions['code']).toBe('INTERNAL_SERVER_ERROR');
  });

  it('about one entity stands at that entity', async () => {
    reviews.behave((response, query) => {
      const entities = [{ rating: 2 }, null];
      const errors = [{ message: 'Not yours.', path: ['_entities', 1], extensions: { code: 'FORBIDDEN' } }];
      expect(query).toContain('_entities');
      response.end(JSON.stringify({ data: { _entities: entities }, errors }));
    });
    const answer = await router.ask('{ things { ... on Book { rating } } }');
    expect(answer.data?.['things']).toEqual([{}, { rating: 2 }, null, { rating: null }]);
    expect(answer.errors).toMatchObject([
      {
        message: 'Not yours.',
        path: ['things', 3, 'rating'],
        extensions: { code: 'FORBIDDEN', service: 'reviews' },
      },
    ]);
  });
});

describe('a null without an error', () => {
  it('is explained where the type forbids it', async () => {
    const answer = await router.ask('{ a: book(isbn: "3") { isbn barcode } b: book(isbn: "1") { barcode } }');
    expect(answer.data).toEqual({ a: null, b: { barcode: '|||1' } });
    expect(answer.errors).toMatchObject([
      { path: ['a', 'barcode'], extensions: { code: 'REFERENCE_NOT_FOUND', service: 'shipping' } },
    ]);
    expect(answer.extensions).toBeUndefined();
  });

  it('is explained when something else failed too', async () => {
    reviews.behave((response) => void response.destroy());
    const answer = await router.ask('{ book(isbn: "3") { barcode } reviewCount }');
    expect(answer.data).toEqual({ book: null, reviewCount: null });
    expect(pathsOf(answer)).toEqual(['book.barcode', 'reviewCount']);
  });

  it('is no failure where the type allows it', async () => {
    const answer = await router.ask('{ book(isbn: "3") { title label } }');
    expect(answer.data).toEqual({ book: { title: 'Book 3', label: null } });
    expect(answer.errors).toBeUndefined();
  });
});
