import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startCatalogue } from '../testing/library.js';
import { startTestRouter, type GraphqlAnswer, type TestRouter } from '../testing/test-router.js';
import type { TestSubgraph } from '../testing/test-subgraph.js';
import { callerOf } from './caller-of.js';
import { Counter } from './counter.js';
import { parseRateLimitRules } from './rules.js';

let catalogue: TestSubgraph;
let router: TestRouter;

const HOUR = 3_600;
const RULES = [
  { name: 'signed-in', requests: 3, seconds: HOUR, callers: 'authenticated' },
  { name: 'adding', requests: 2, seconds: HOUR, fields: ['addBook'], callers: 'anonymous' },
  { name: 'named', requests: 1, seconds: HOUR, operations: ['Slow'] },
  { name: 'any-change', requests: 50, seconds: HOUR, type: 'mutation' },
];

beforeAll(async () => {
  catalogue = await startCatalogue();
  router = await startTestRouter([catalogue], {
    ROUTER_RATE_LIMITS: JSON.stringify(RULES),
    ROUTER_TRUSTED_PROXIES: '1',
  });
});

afterAll(async () => {
  await router.stop();
  await catalogue.kill();
});

const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
const ADD = 'mutation { addBook(isbn: "1") { title } }';

function expectRefusal(answer: GraphqlAnswer): void {
  expect(answer.status).toBe(429);
  expect(answer.errors?.[0]?.extensions['code']).toBe('RATE_LIMITED');
  expect(answer).not.toHaveProperty('data');
  const seconds = Number(answer.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(HOUR);
}

describe('a rate limit', () => {
  it('by root field holds whatever the alias, the fragment and the name', async () => {
    const first = await router.ask(ADD, from('10.0.0.1'));
    expect(first.errors).toBeUndefined();
    expect(first.headers.get('ratelimit-policy')).toBe(`"adding";q=2;w=${HOUR}`);
    expect(first.headers.get('ratelimit')).toBe(`"adding";r=1;t=${HOUR}`);
    await router.ask('mutation Other { x: addBook(isbn: "1") { title } }', from('10.0.0.1'));
    catalogue.requests.length = 0;
    expectRefusal(
      await router.ask(
        'mutation { ...F } fragment F on Mutation { addBook(isbn: "1") { title } }',
        from('10.0.0.1'),
      ),
    );
    expect(catalogue.requests).toEqual([]);
    expect((await router.ask('{ books { title } }', from('10.0.0.1'))).status).toBe(200);
  });

  it('counts each address on its own, and IPv6 by network', async () => {
    expect((await router.ask(ADD, from('10.0.0.2'))).status).toBe(200);
    for (const address of ['2001:db8::1', '2001:db8::2']) {
      expect((await router.ask(ADD, from(address))).status).toBe(200);
    }
    expectRefusal(await router.ask(ADD, from('2001:db8:0:0:ffff::3')));
    expect((await router.ask(ADD, from('2001:db8:0:1::1'))).status).toBe(200);
  });

  it('counts whoever is signed in wherever they ask from', async () => {
    const authorization = `Bearer ${await router.sign()}`;
    const ask = (address: string): Promise<GraphqlAnswer> =>
      router.ask('{ books { title } }', { headers: { authorization, 'x-forwarded-for': address } });
    for (const address of ['10.1.0.1', '10.1.0.2', '10.1.0.3']) {
      expect((await ask(address)).status).toBe(200);
    }
    expectRefusal(await ask('10.1.0.4'));
  });

  it('by name is for operations of that name', async () => {
    expect((await router.ask('query Slow { books { title } }', from('10.2.0.1'))).status).toBe(200);
    expectRefusal(await router.ask('query Slow { books { title } }', from('10.2.0.1')));
    expect((await router.ask('query Fast { books { title } }', from('10.2.0.1'))).status).toBe(200);
  });
});

describe('Counter', () => {
  it('forgets the caller who asked longest ago when there are too many', async () => {
    const counter = new Counter({ requests: 1, seconds: HOUR }, 2);
    await counter.count('a');
    await counter.count('b');
    expect(await counter.count('a')).toMatchObject({ isOver: true, remaining: 0 });
    await counter.count('c');
    expect(await counter.count('a')).toMatchObject({ isOver: true });
    expect(await counter.count('b')).toMatchObject({ isOver: false });
  });
});

describe('callerOf', () => {
  it.each([
    ['10.0.0.1', 'address 10.0.0.1'],
    ['2001:0db8::1', 'address 2001:db8:0:0'],
    ['::1', 'address 0:0:0:0'],
    ['fe80::', 'address fe80:0:0:0'],
    [undefined, 'address unknown'],
  ])('takes %s for %s', (clientIp, key) => {
    expect(callerOf({ claims: undefined, clientIp })).toEqual({ key, isAuthenticated: false });
  });
});

describe('parseRateLimitRules', () => {
  it.each([
    ['{', /JSON/],
    ['{}', /expected array/],
    ['[{"name":"a","requests":0,"seconds":1}]', /0\.requests/],
    ['[{"name":"a","requests":1,"seconds":1,"feilds":["x"]}]', /feilds/],
    [
      '[{"name":"a","requests":1,"seconds":1},{"name":"a","requests":1,"seconds":2}]',
      /two rules have one name/,
    ],
  ])('refuses %s', (text, expected) => {
    expect(() => parseRateLimitRules(text)).toThrow(expected);
  });
});
