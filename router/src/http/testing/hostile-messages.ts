import { createRandom } from '@supergraph/platform/testing';

/** A message that somebody could send. */
export interface HostileMessage {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Chance that can be repeated by its seed. */
export interface Dice {
  /** Gives a whole number of 0 to `end`, `end` not included. */
  below(end: number): number;
  pick<Value>(values: ReadonlyArray<Value>): Value;
}

/** Makes dice of a seed. */
export function createDice(seed: number): Dice {
  const random = createRandom(seed);
  const below = (end: number): number => random.below(end);
  return {
    below,
    pick: (values) => {
      const value = values[below(values.length)];
      if (value === undefined) {
        throw new Error('There is nothing to pick from.');
      }
      return value;
    },
  };
}

const OPERATIONS = [
  '{ books { isbn title } }',
  'query Q($isbn: ID!) { book(isbn: $isbn) { title } }',
  'mutation M($isbn: ID!) { addBook(isbn: $isbn) { isbn } }',
  '{ things { __typename ... on Book { isbn } ... on Pen { color } } }',
  'query ($a: Boolean = true) { books { ...F @include(if: $a) } hidden @skip(if: $a) } fragment F on Book { title }',
  '{ __schema { types { name fields { name type { name ofType { name } } } } } }',
  'subscription { books { title } }',
  'query A { hidden } query B { hidden }',
];
const TOKENS = [
  '{', '}', '(', ')', '[', ']', ':', '!', '$', '@', '...', '|', '=', '"', '"""', '#', ',', '\u0000', '\ufeff',
  'on', 'query', 'fragment F on Book', 'null', '$isbn', '@skip(if: true)', '@defer', '__typename', 'toString',
  '__proto__', '1e999', '-0', '99999999999999999999999999', '"\\ud800"', '"\\u{110000}"', '💥', '\u2028',
]; // prettier-ignore
const VALUES: ReadonlyArray<unknown> = [
  null, true, 0, -1, 1e308, 9007199254740991, '', '1', 'x'.repeat(5_000), [], {}, [[[1]]], { __proto__: 1 },
  { toString: 1 }, '\ud800', ['1', '2'], { isbn: '1' },
]; // prettier-ignore
const TYPES = [
  'application/json', 'application/json; charset=utf-8', 'application/json; charset=utf-16',
  'application/json; charset=nonsense', 'text/plain', 'application/graphql', 'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded', 'application/', '/', 'APPLICATION/JSON', 'application/json;;;', 'a/b/c',
]; // prettier-ignore
const HEADERS: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
  ['authorization', ['Bearer x', 'Bearer ', 'Basic YTpi', `Bearer ${'a.'.repeat(2_000)}`, 'Bearer a.b.c']],
  [
    'accept',
    ['*/*', 'text/html', 'application/graphql-response+json', ';;;', 'application/json;q=nonsense', 'a'],
  ],
  ['accept-encoding', ['gzip', 'br;q=0', 'nonsense']],
  ['content-encoding', ['gzip', 'deflate', 'br', 'identity', 'nonsense', 'gzip, gzip']],
  ['traceparent', ['00-0-0-0', 'nonsense', `00-${'f'.repeat(32)}-${'f'.repeat(16)}-01`]],
  ['cookie', ['a=b', '=;=;', '__proto__=1', `a=${'%'.repeat(500)}`]],
  ['x-forwarded-for', ['1.2.3.4', '::1', 'nonsense', ','.repeat(500)]],
  ['origin', ['null', 'http://localhost:1', 'nonsense', 'http://[']],
  ['apollographql-client-name', ['shop', '\u00ff\u00fe', 'a'.repeat(2_000)]],
  ['user-agent', ['\u00ff', 'a'.repeat(4_000)]],
  ['x-own', ['\u00e9', 'a\tb', '']],
  ['supergraph-position', ['nonsense', '{}', 'a:1,b:2', '\u00ff']],
  ['supergraph-debug', ['plan', '1', '\u00ff']],
  ['apollo-require-preflight', ['true']],
  ['expect', ['nonsense']],
];

/** Makes one message, most of them near what is right: such get furthest. */
export function hostileMessage(dice: Dice): HostileMessage {
  const isGet = dice.below(8) === 0;
  const body = hostileBody(dice);
  const headers: Record<string, string> = isGet ? {} : { 'content-type': 'application/json' };
  if (dice.below(10) === 0) {
    headers['content-type'] = dice.pick(TYPES);
  }
  for (let more = dice.below(4); more > 0; more -= 1) {
    const [name, values] = dice.pick(HEADERS);
    headers[name] = dice.pick(values);
  }
  return isGet
    ? { method: 'GET', path: `/graphql?${hostileSearch(dice)}`, headers, body: Buffer.alloc(0) }
    : {
        method: dice.below(20) === 0 ? dice.pick(['PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH']) : 'POST',
        path:
          dice.below(30) === 0 ? dice.pick(['/', '/%ff', '/graphql/', '/graphql?query=1', '//']) : '/graphql',
        headers,
        body,
      };
}

/** Makes lines of headers, some of them twice or malformed. */
export function hostileHeaders(dice: Dice): ReadonlyArray<string> {
  return Array.from({ length: dice.below(6) }, () => {
    const [name, values] = dice.pick(HEADERS);
    const line = `${name}: ${dice.pick(values)}`;
    return dice.below(15) === 0 ? line.replace(':', dice.pick(['', ' :', ':\r\n ', '\u0000:'])) : line;
  });
}

function hostileSearch(dice: Dice): string {
  const parameters = [
    `query=${encode(hostileText(dice))}`,
    `variables=${encode(JSON.stringify(hostileValue(dice, 0)))}`,
    'variables={',
    'extensions=[]',
    'extensions={"persistedQuery":{"version":1,"sha256Hash":"x"}}',
    'documentId=sha256:x',
    'operationName=Q',
    'query=%ff',
    '%',
  ];
  return Array.from({ length: dice.below(4) + 1 }, (_, index) =>
    index === 0 ? parameters[0] : dice.pick(parameters),
  ).join('&');
}

/** Half a surrogate is no text that a URL can hold: it goes as the sign for what cannot be read. */
function encode(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}

function hostileBody(dice: Dice): Buffer {
  const body = Buffer.from(hostileJson(dice));
  for (let changes = dice.below(12) === 0 ? dice.below(5) : 0; changes > 0 && body.length > 0; changes -= 1) {
    body[dice.below(body.length)] = dice.below(256);
  }
  return dice.below(40) === 0 ? body.subarray(0, dice.below(body.length + 1)) : body;
}

function hostileJson(dice: Dice): string {
  switch (dice.below(25)) {
    case 0:
      return `${'['.repeat(dice.below(20_000))}`;
    case 1: {
      const depth = dice.below(20_000);
      return `{"query":"{ hidden }","variables":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
    }
    case 2:
      return `{"query":"{ hidden }","variables":{"a":${'9'.repeat(dice.below(2_000) + 1)}e${dice.below(9_999)}}}`;
    case 3:
      return JSON.stringify(hostileValue(dice, 0)) ?? '';
    case 4:
      return `{"query":"{ hidden }","query":${JSON.stringify(hostileText(dice))},"__proto__":{"query":1}}`;
    default: {
      const message: Record<string, unknown> = { query: hostileText(dice) };
      if (dice.below(2) === 0) {
        message['variables'] = dice.below(4) === 0 ? hostileValue(dice, 0) : { isbn: hostileValue(dice, 0) };
      }
      if (dice.below(6) === 0) {
        message['operationName'] = dice.pick<unknown>([
          'Q',
          'M',
          'A',
          1,
          null,
          'x'.repeat(1_000),
          '__proto__',
        ]);
      }
      if (dice.below(10) === 0) {
        const version = dice.pick<unknown>([1, 2, '1', null]);
        message['extensions'] = { persistedQuery: { version, sha256Hash: hostileValue(dice, 0) } };
      }
      return JSON.stringify(message);
    }
  }
}

function hostileText(dice: Dice): string {
  let text = dice.pick(OPERATIONS);
  if (dice.below(30) === 0) {
    const levels = dice.below(3_000);
    const [open, close] = dice.pick([
      ['{ books ', '}'],
      ['{ ... ', '}'],
      ['{ a(b: [', '])}'],
    ]);
    return open.repeat(levels) + close.repeat(levels);
  }
  for (let changes = dice.below(4); changes > 0; changes -= 1) {
    const place = dice.below(text.length + 1);
    const removed = dice.below(3) === 0 ? dice.below(6) : 0;
    text =
      text.slice(0, place) + (dice.below(3) === 0 ? '' : dice.pick(TOKENS)) + text.slice(place + removed);
  }
  return dice.below(40) === 0 ? text.repeat(dice.below(50)) : text;
}

function hostileValue(dice: Dice, depth: number): unknown {
  if (depth > 3 || dice.below(3) > 0) {
    return dice.pick(VALUES);
  }
  return dice.below(2) === 0
    ? Array.from({ length: dice.below(5) }, () => hostileValue(dice, depth + 1))
    : { [dice.pick(['a', 'isbn', '__proto__', ''])]: hostileValue(dice, depth + 1) };
}
