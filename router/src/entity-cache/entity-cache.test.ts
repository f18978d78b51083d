import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestEventSources, startTestFront, type TestFront } from '@supergraph/platform/testing';
import { startTestRouter, type TestRouter } from '../testing/test-router.js';
import { startTestSubgraph, type TestSubgraph } from '../testing/test-subgraph.js';

const head = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT
  enum CacheControlScope { PUBLIC PRIVATE }`;
const shelfSdl = `${head}
  type Query { books(isbns: [ID!]!): [Book] }
  type Book @key(fields: "isbn") { isbn: ID! }`;
const stockSdl = `${head}
  type Query { total: Int @cacheControl(maxAge: 60) }
  type Mutation { sell(isbn: ID!): Int }
  type Book @key(fields: "isbn") @cacheControl(maxAge: 60) {
    isbn: ID!
    left: Int
    price(currency: String = "EUR"): String
    mine: String @cacheControl(maxAge: 60, scope: PRIVATE)
    now: Int @cacheControl(maxAge: 0)
    bad: String
  }`;

let events: Awaited<ReturnType<typeof startTestEventSources<'stock'>>>;
let shelf: TestSubgraph;
let stock: TestSubgraph;
let front: TestFront;
let router: TestRouter;
const left = new Map<string, number>();
const schema = { $id: 'stock.book.sold/1', type: 'object' };
const sold = (...isbns: ReadonlyArray<string>) =>
  events.sources.stock.tell({
    type: 'stock.book.sold',
    aggregate: { type: 'book', id: 'b' },
    data: {},
    entities: isbns.map((id) => ({ typename: 'Book', id })),
  });

beforeAll(async () => {
  events = await startTestEventSources(['stock'], { readers: ['router'], eventSchemas: [schema] });
  shelf = await startTestSubgraph('shelf', shelfSdl, {
    Query: { books: (_: unknown, { isbns }: { isbns: string[] }) => isbns.map((isbn) => ({ isbn })) },
  });
  stock = await startTestSubgraph('stock', stockSdl, {
    Query: { total: () => [...left.values()].reduce((sum, each) => sum + each, 0) },
    Mutation: {
      sell: (_: unknown, { isbn }: { isbn: string }) => {
        left.set(isbn, (left.get(isbn) ?? 0) - 1);
        return left.get(isbn);
      },
    },
    Book: {
      __resolveReference: ({ isbn }: { isbn: string }) => (left.has(isbn) ? { isbn } : null),
      left: ({ isbn }: { isbn: string }) => left.get(isbn),
      price: ({ isbn }: { isbn: string }, { currency }: { currency: string }) => `${isbn} ${currency}`,
      mine: () => 'yours',
      now: ({ isbn }: { isbn: string }) => left.get(isbn),
      bad: () => {
        throw new Error('bad');
      },
    },
  });
  front = await startTestFront({
    graphql: stock.url.replace('/graphql', ''),
    events: events.sources.stock.graphqlUrl.replace('/graphql', ''),
  });
  router = await startTestRouter([shelf, { name: 'stock', url: front.graphqlUrl, sdl: stockSdl }], {
    ROUTER_EVENT_SOURCES: 'stock',
    ROUTER_IDENTITY_SUBGRAPH: 'nobody',
    STOCK_SECRET_FROM_ROUTER: events.sources.stock.secret,
  });
});
beforeEach(async () => {
  ['1', '2', '3', 'a'].forEach((isbn) => left.set(isbn, 10));
  await sold('1', '2', '3', 'a');
  await untilCached();
});
afterAll(async () => {
  await router.stop();
  await Promise.all([shelf.kill(), stock.kill(), front.stop()]);
  await events.stop();
});

interface Book {
  readonly left: number | null;
}
const books = async (isbns: ReadonlyArray<string>, fields = 'left', headers: Record<string, string> = {}) => {
  const query = `query ($isbns: [ID!]!) { books(isbns: $isbns) { ${fields} } }`;
  return router.ask(query, { variables: { isbns }, headers });
};
const leftOf = async (...isbns: ReadonlyArray<string>): Promise<ReadonlyArray<number | null>> =>
  ((await books(isbns)).data?.['books'] as ReadonlyArray<Book>).map((book) => book.left);
const asked = async (work: () => Promise<unknown>): Promise<number> => {
  const before = stock.requests.length;
  await work();
  return stock.requests.length - before;
};
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const limit = Date.now() + 30_000; !(await holds());) {
    if (Date.now() > limit) {
      throw new Error(`It did not come about that ${what}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
/** Also waits for the events that were told before: each removes what is asked for here. */
const untilCached = () =>
  until('an entity is kept', async () => {
    await sold('probe');
    left.set('probe', 1);
    await leftOf('probe');
    return (await asked(() => leftOf('probe'))) === 0;
  });

/** On a busy machine events come late, and then nothing is served from the cache for a moment. */
const untilKept = (work: () => Promise<unknown>) =>
  until('it is kept', async () => (await asked(work)) === 0);
/** Looks while the cache serves: it does just before and just after. */
const isAsked = async (work: () => Promise<unknown>): Promise<number> => {
  let requests = 0;
  await until('the cache serves', async () => {
    await untilCached();
    requests = await asked(work);
    return (await asked(() => leftOf('probe'))) === 0;
  });
  return requests;
};
const invalidations = async (): Promise<number> => {
  const metrics = await (await fetch(`${router.url}/metrics`)).text();
  return Number(/entity_cache_invalidations_total\{subgraph="stock",[^}]*\} (\d+)/.exec(metrics)?.[1]);
};

describe('the entity cache', () => {
  it('asks for what it does not have only, and puts the answer together in order', async () => {
    left.set('3', 33);
    let isbn = 3;
    await until('the rest is asked for alone', async () => {
      await untilKept(() => leftOf('1', '2'));
      isbn += 1;
      left.set(String(isbn), 33);
      expect(await leftOf('2', String(isbn), '1')).toEqual([10, 33, 10]);
      return !JSON.stringify(stock.requests.at(-1)?.body).includes('"isbn":"1"');
    });
    expect(JSON.stringify(stock.requests.at(-1)?.body)).toContain(
      `"representations":[{"__typename":"Book","isbn":"${isbn}"}]`,
    );
  });

  it('forgets what an event names, in any letter case, and nothing else', async () => {
    await untilKept(() => leftOf('1', 'a'));
    left.set('a', 3);
    await sold('A');
    await until('the change is seen', async () => (await leftOf('a'))[0] === 3);
    left.set('1', 12);
    await untilKept(() => leftOf('1'));
    expect(await leftOf('1')).toEqual([10]);
  });

  it('keeps answers to root fields until any event of their subgraph', async () => {
    const total = async () => (await router.ask('{ total }')).data?.['total'] as number;
    const before = await total();
    await untilKept(total);
    left.set('2', 11);
    await sold('2');
    await until('the change is seen', async () => (await total()) === before + 1);
  });

  it.each(['now', 'bad', 'left now'])('never keeps what may not be kept: `%s`', async (fields) => {
    await books(['1'], fields);
    expect(await isAsked(() => books(['1'], fields))).toBe(1);
  });

  it('never keeps what is not there', async () => {
    expect(await leftOf('none')).toEqual([null]);
    expect(await isAsked(() => leftOf('none'))).toBe(1);
  });

  it('tells selections, arguments and variables apart', async () => {
    const query = 'query ($c: String) { books(isbns: ["1"]) { price(currency: $c) } }';
    const price = async (c: string) =>
      (await router.ask(query, { variables: { c } })).data?.['books'] as unknown;
    expect(await price('EUR')).toEqual([{ price: '1 EUR' }]);
    expect(await price('USD')).toEqual([{ price: '1 USD' }]);
    await untilKept(() => price('EUR'));
    expect(await price('EUR')).toEqual([{ price: '1 EUR' }]);
  });

  it('gives private data to who was answered only, public data to everybody', async () => {
    const authorization = `Bearer ${await router.sign()}`;
    await books(['1'], 'mine', { authorization });
    await untilKept(() => books(['1'], 'mine', { authorization }));
    expect(await asked(() => books(['1'], 'mine'))).toBe(1);
    await untilKept(() => books(['1'], 'left', { authorization }));
    await until('it is served to another', async () => (await asked(() => books(['1'], 'left'))) === 0);
  });

  it('keeps an error with the entity that it is about when others were kept', async () => {
    await leftOf('1');
    stock.behave((response) => {
      const error = { message: 'no', path: ['_entities', 0, 'left'], extensions: { code: 'BAD_REQUEST' } };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ data: { _entities: [{ left: null }] }, errors: [error] }));
    });
    const { data, errors } = await books(['1', '2', '1']);
    stock.behave(undefined);
    expect(data).toEqual({ books: [{ left: 10 }, { left: null }, { left: 10 }] });
    expect(errors).toMatchObject([{ path: ['books', 1, 'left'] }]);
  });

  it('does not keep an answer whose fetch began before an event, nor give it to who asks after', async () => {
    const held = front.holdAnswers((body) => body.includes('"isbn":"2"'));
    const early = leftOf('2');
    await until('the answer is held', () => Promise.resolve(held.held() === 1));
    left.set('2', 9);
    await untilKept(() => leftOf('1'));
    const before = await invalidations();
    await sold('1', '2');
    await until('the event is heard', async () => (await invalidations()) > before);
    // So long that it is not the same request as far as clients can tell.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const late = leftOf('2');
    await until('it is asked again', () => Promise.resolve(held.held() === 2)).finally(held.release);
    expect(await early).toEqual([10]);
    expect(await late).toEqual([9]);
    await untilKept(() => leftOf('2'));
    expect(await leftOf('2')).toEqual([9]);
  });

  it('shows a change that was made through it at once, whatever else is under way', async () => {
    const held = front.holdAnswers((body) => body.includes('"isbn":"3"'));
    const early = leftOf('3');
    await until('the answer is held', () => Promise.resolve(held.held() === 1));
    await router.ask('mutation { sell(isbn: "3") }');
    const late = leftOf('3');
    await until('it is asked again', () => Promise.resolve(held.held() === 2)).finally(held.release);
    expect(await early).toEqual([10]);
    expect(await late).toEqual([9]);
    expect(await leftOf('3')).toEqual([9]);
  });

  it('does not serve what it keeps while events are held up, and goes on after', async () => {
    await untilKept(() => leftOf('1'));
    front.pauseEvents();
    left.set('1', 5);
    await sold('1');
    await until('the subgraph is asked', async () => (await leftOf('1'))[0] === 5);
    expect(await asked(() => leftOf('1'))).toBe(1);
    front.resumeEvents();
    await untilCached();
    expect(await leftOf('1')).toEqual([5]);
  });

  it('goes on where it was when the stream is cut', async () => {
    await leftOf('1');
    front.cutEvents();
    left.set('1', 6);
    await sold('1');
    await until('the change is seen', async () => (await leftOf('1'))[0] === 6);
    await untilCached();
  });

  it('forgets everything when the log begins anew', async () => {
    await leftOf('1');
    left.set('1', 7);
    await events.sources.stock.renewEpoch();
    await sold('probe');
    await until('the change is seen', async () => (await leftOf('1'))[0] === 7);
    await untilCached();
  });

  it('counts by type', async () => {
    await untilKept(() => leftOf('1'));
    const metrics = await (await fetch(`${router.url}/metrics`)).text();
    expect(metrics).toMatch(
      /entity_cache_lookups_total\{subgraph="stock",type="Book",result="hit",[^}]*\} [1-9]/,
    );
    expect(metrics).toMatch(/entity_cache_bytes\{[^}]*\} [1-9]/);
    expect(metrics).toMatch(/entity_cache_invalidations_total\{subgraph="stock",[^}]*\} [1-9]/);
  });
});

describe('the position of a write', () => {
  const epoch = '019b0000-0000-7000-8000-000000000009';
  /** The subgraph says that the next mutation wrote up to there. */
  const write = async (changes: unknown, headers: Record<string, string> = {}) => {
    stock.behave((response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ data: { sell: 1 }, extensions: { changes } }));
    });
    const answer = await router.ask('mutation { sell(isbn: "1") }', { headers });
    stock.behave(undefined);
    return answer.headers.get('supergraph-position');
  };

  it('is not given when nothing was written, and nothing is forgotten', async () => {
    await untilKept(() => leftOf('1'));
    expect(await write(null)).toBeNull();
    expect(await isAsked(() => leftOf('1'))).toBe(0);
  });

  it('keeps its client, and nobody else, from what was kept before it was heard', async () => {
    await untilKept(() => leftOf('1', '2'));
    const token = await write({ epoch, sequence: '5', entities: [{ typename: 'Book', id: '1' }] });
    const headers = { 'supergraph-position': token ?? '' };
    expect(await asked(() => books(['2'], 'left', headers))).toBe(1);
    await untilKept(() => leftOf('2'));
  });

  it('of several writes goes on with the answer', async () => {
    const first = await write({ epoch, sequence: '5' });
    const second = await write({ epoch, sequence: '9' }, { 'supergraph-position': first ?? '' });
    expect(Buffer.from(second ?? '', 'base64url').toString()).toBe(`stock:${epoch}:9`);
  });

  it.each([
    ['nothing', ''],
    ['other text', 'abc'],
    ['a number beyond all', Buffer.from(`stock:${epoch}:99999999999999999999`).toString('base64url')],
    ['other characters', 'ä€'.normalize()],
    ['too much', 'QUJD'.repeat(2_000)],
  ])('that is %s counts as none', async (_what, token) => {
    const headers = { 'supergraph-position': encodeURI(token) };
    await untilKept(() => books(['2'], 'left', headers));
  });
});
