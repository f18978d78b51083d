import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { startCatalogue, startReviews } from './testing/library.js';
import { startTestRouter, type TestRouter } from './testing/test-router.js';
import type { TestSubgraph } from './testing/test-subgraph.js';

let catalogue: TestSubgraph;
let reviews: TestSubgraph;
let router: TestRouter;

beforeAll(async () => {
  [catalogue, reviews] = await Promise.all([startCatalogue(), startReviews()]);
  router = await startTestRouter([catalogue, reviews]);
});

afterEach(() => reviews.behave(undefined));

afterAll(async () => {
  await router.stop();
  await Promise.all([catalogue.kill(), reviews.kill()]);
});

const entities = (value: unknown) => (response: ServerResponse, query: string) => {
  expect(query).toContain('_entities');
  response.end(JSON.stringify({ data: { _entities: value } }));
};
const good = { rating: 2, reviews: [] };

/** What a client sees of the three ratings, and by which code. */
async function ratings(): Promise<{ ratings: ReadonlyArray<unknown>; codes: ReadonlyArray<unknown> }> {
  const answer = await router.ask('{ books { title rating } }');
  expect(answer.status).toBe(200);
  const books = (answer.data?.['books'] ?? []) as ReadonlyArray<{ title: unknown; rating: unknown }>;
  expect(books.map(({ title }) => title)).toEqual(['Book 1', 'Book 2', 'Book 3']);
  return {
    ratings: books.map(({ rating }) => rating),
    codes: [...new Set((answer.errors ?? []).map(({ extensions }) => extensions['code']))],
  };
}

const LOST = { ratings: [null, null, null], codes: ['SUBGRAPH_BAD_RESPONSE'] };

describe('a subgraph that answers entities wrongly costs their fields only', () => {
  it.each([
    ['too many', [good, good, good, good]],
    ['too few', [good, good]],
    ['not as a list', { 0: good, 1: good, 2: good }],
    ['as a text', 'entities'],
    ['as null without an error', null],
    ['under no key', undefined],
  ])('%s', async (_case, value) => {
    reviews.behave(entities(value));
    expect(await ratings()).toEqual(LOST);
  });

  it.each([
    ['data that is a text', '{"data":"none"}'],
    ['data that is a number', '{"data":1}'],
    ['errors that are a text', '{"data":{},"errors":"none"}'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ['nothing', ''],
    ['deep brackets', '['.repeat(100_000)],
  ])('%s', async (_case, text) => {
    reviews.behave((response) => void response.end(text));
    expect(await ratings()).toEqual(LOST);
  });

  it('and drops the connection half-way', async () => {
    reviews.behave((response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"data":', () => response.destroy());
    });
    expect(await ratings()).toEqual({ ratings: [null, null, null], codes: ['SUBGRAPH_UNAVAILABLE'] });
  });

  it('an entity that is a number or a list is lost alone', async () => {
    reviews.behave(entities([good, 7, [good]]));
    const { ratings: seen, codes } = await ratings();
    expect(seen).toEqual([2, null, null]);
    expect(codes).not.toContain('INTERNAL_SERVER_ERROR');
  });

  it('a field of another type is lost alone', async () => {
    reviews.behave(entities([{ rating: { a: 1 } }, { rating: 3 }, { rating: 'many' }]));
    const { ratings: seen } = await ratings();
    expect(seen).toEqual([null, 3, null]);
  });
});
