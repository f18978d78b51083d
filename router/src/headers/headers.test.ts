import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startCatalogue, startReviews } from '../testing/library.js';
import { SECRET, startTestRouter, type TestRouter } from '../testing/test-router.js';
import type { TestSubgraph } from '../testing/test-subgraph.js';
import { PropagatedHeaders } from './propagated-headers.js';
import { parseHeaderRules } from './rules.js';

let catalogue: TestSubgraph;
let reviews: TestSubgraph;
let router: TestRouter;

beforeAll(async () => {
  [catalogue, reviews] = await Promise.all([startCatalogue(), startReviews()]);
  router = await startTestRouter([catalogue, reviews], {
    ROUTER_HEADER_RULES: JSON.stringify([
      { propagate: 'X-Tenant' },
      { propagate: 'accept-language', as: 'x-language', default: 'en', subgraphs: ['reviews'] },
      { propagateMatching: 'x-shop-.*|cookie|authorization|x-supergraph.*|connection' },
      { remove: 'x-shop-secret' },
      { insert: 'x-from', value: 'router', subgraphs: ['catalogue'] },
    ]),
  });
});

beforeEach(() => {
  catalogue.requests.length = 0;
  reviews.requests.length = 0;
});

afterAll(async () => {
  await router.stop();
  await Promise.all([catalogue.kill(), reviews.kill()]);
});

describe('rules about headers', () => {
  it('pass on, rename, insert and remove, by subgraph', async () => {
    await router.ask('{ hidden reviewCount }', {
      headers: {
        'x-tenant': 'one',
        'accept-language': 'de',
        'x-shop-a': 'a',
        'x-shop-secret': 's',
        'x-other': 'o',
      },
    });
    const [toCatalogue] = catalogue.requests;
    const [toReviews] = reviews.requests;
    expect(toCatalogue?.headers).toMatchObject({ 'x-tenant': 'one', 'x-shop-a': 'a', 'x-from': 'router' });
    expect(toReviews?.headers).toMatchObject({ 'x-tenant': 'one', 'x-shop-a': 'a', 'x-language': 'de' });
    for (const name of ['x-language', 'x-shop-secret', 'x-other', 'accept-language']) {
      expect(toCatalogue?.headers).not.toHaveProperty(name);
    }
    expect(toReviews?.headers).not.toHaveProperty('x-from');
  });

  it('never pass on what is the router’s own, even where their pattern fits', async () => {
    await router.ask('{ reviewCount }', {
      headers: { cookie: 'a=b', 'x-supergraph-secret': 'mine', 'x-supergraph-caller': 'auth' },
    });
    const [sent] = reviews.requests;
    expect(sent?.headers).not.toHaveProperty('cookie');
    expect(sent?.headers).not.toHaveProperty('authorization');
    expect(Object.values(sent?.headers ?? {})).toContain(SECRET);
    expect(Object.values(sent?.headers ?? {})).not.toContain('mine');
    expect(sent?.headers).toMatchObject({ 'x-language': expect.any(String) });
  });

  it('keep fetches apart that differ in what is passed on, and in nothing else', async () => {
    const waiting: Array<() => void> = [];
    reviews.behave((response) => {
      waiting.push(() => response.end('{"data":{"reviewCount":1}}'));
    });
    const asks = ['one', 'one', 'two'].map((tenant) =>
      router.ask('{ reviewCount }', { headers: { 'x-tenant': tenant, 'x-other': String(Math.random()) } }),
    );
    while (waiting.length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const release = setInterval(() => waiting.splice(0).forEach((answer) => answer()), 50);
    const answers = await Promise.all(asks);
    clearInterval(release);
    reviews.behave(undefined);
    expect(answers.map(({ data }) => data?.['reviewCount'])).toEqual([1, 1, 1]);
    const tenants = reviews.requests.map(({ headers }) => headers['x-tenant']);
    expect(new Set(tenants)).toEqual(new Set(['one', 'two']));
  });

  it('let pages send what they pass on by name', async () => {
    const response = await fetch(`${router.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:5173', 'access-control-request-method': 'POST' },
    });
    expect(response.headers.get('access-control-allow-headers')).toContain('x-tenant');
  });
});

describe('PropagatedHeaders', () => {
  const rules = parseHeaderRules(
    '[{"propagateMatching":"x-.*"},{"propagate":"x-b","as":"b","subgraphs":["s"]}]',
  );
  const keyOf = (headers: Record<string, string>, subgraph = 's'): string =>
    new PropagatedHeaders(rules, headers).keyFor(subgraph);

  it('has one key for what is sent alike', () => {
    expect(keyOf({ 'x-a': '1', 'x-b': '2', other: '3' })).toBe(keyOf({ 'x-b': '2', 'x-a': '1' }));
    expect(keyOf({ 'x-a': '1' })).not.toBe(keyOf({ 'x-a': '2' }));
    expect(keyOf({ 'x-a': '1', 'x-b': '2' }, 's')).not.toBe(keyOf({ 'x-a': '1', 'x-b': '2' }, 't'));
    expect(keyOf({ 'x-a': '","x-b":"' })).not.toBe(keyOf({ 'x-a': '', 'x-b': '' }));
    expect(keyOf({})).toBe('');
  });

  it('leaves out what `Connection` names', () => {
    expect(
      new PropagatedHeaders(rules, { connection: 'close, X-A', 'x-a': '1', 'x-c': '2' }).for('s'),
    ).toEqual({
      'x-c': '2',
    });
  });
});

describe('parseHeaderRules', () => {
  it.each([
    ['{}', /not a list/],
    ['[{"propagate":"authorization"}]', /router’s own/],
    ['[{"propagate":"x-a","as":"cookie"}]', /router’s own/],
    ['[{"insert":"x-forwarded-for","value":"1"}]', /router’s own/],
    ['[{"insert":"x-a","value":"a\\nb"}]', /printable/],
    ['[{"insert":"x a","value":"a"}]', /name of a header/],
    ['[{"propagateMatching":"("}]', /regular expression/],
    ['[{"propagate":"x-a","defualt":"b"}]', /defualt/],
    ['[{"drop":"x-a"}]', /none of/],
  ])('refuses %s', (text, expected) => {
    expect(() => parseHeaderRules(text)).toThrow(expected);
  });
});
