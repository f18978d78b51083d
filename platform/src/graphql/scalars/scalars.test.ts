import { describe, expect, it } from '@jest/globals';
import {
  graphql,
  GraphQLObjectType,
  GraphQLSchema,
  parseValue as parseLiteral,
  type GraphQLScalarType,
} from 'graphql';
import { CurrencyCode, DateTime, Decimal, Json } from '../index.js';

/** As a variable and as a literal; a refusal must be the client's fault in both ways. */
function read(scalar: GraphQLScalarType, value: unknown): unknown[] {
  const ways: (() => unknown)[] = [() => scalar.parseValue(value)];
  if (typeof value !== 'object' && value !== undefined) {
    ways.push(() => scalar.parseLiteral(parseLiteral(JSON.stringify(value)), {}));
  }
  return ways.map((way) => {
    try {
      return way();
    } catch (error) {
      return (error as { extensions: { code: string } }).extensions.code;
    }
  });
}
const refused = (ways: unknown[]): boolean => ways.every((way) => way === 'BAD_USER_INPUT');

describe('DateTime', () => {
  it.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31t12:00:00z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00.1Z', '2026-01-31T12:00:00.100Z'],
    ['2026-01-31T12:00:00.123999999Z', '2026-01-31T12:00:00.123Z'],
    ['2026-01-31T12:00:00+02:00', '2026-01-31T10:00:00.000Z'],
    ['2026-12-31T23:59:59-12:00', '2027-01-01T11:59:59.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('takes %s', (text, moment) => {
    for (const way of read(DateTime, text)) {
      expect(DateTime.serialize(way)).toBe(moment);
    }
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-04-31T00:00:00+01:00',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-12-31T23:59:60Z',
    '2026-01-31T12:60:00Z',
    '2026-01-31T12:00:00+25:00',
    '2026-01-31T12:00:00',
    '2026-01-31',
    '2026-01-31 12:00:00Z',
    '2026-01-31T12:00:00.Z',
    '2026-01-31T12:00:00.1234567890Z',
    '+002026-01-31T12:00:00Z',
    'Sat, 31 Jan 2026 12:00:00 GMT',
    ' 2026-01-31T12:00:00Z',
    '2026-01-31T12:00:00Z\n',
    '',
    0,
    1_769_860_800_000,
    true,
    null,
    {},
    ['2026-01-31T12:00:00Z'],
  ])('refuses %j', (value) => {
    expect(refused(read(DateTime, value))).toBe(true);
  });

  it('reads beyond what it writes, where an offset reaches beyond the years of four digits', () => {
    const [beyond] = read(DateTime, '9999-12-31T23:59:59-12:00');
    expect(beyond).toEqual(new Date('+010000-01-01T11:59:59Z'));
    expect(() => DateTime.serialize(beyond)).toThrow('DateTime holds something that is not a moment.');
  });

  it.each([new Date(NaN), new Date(8.64e15), '2026-01-31T12:00:00Z', 0])('never writes %p', (value) => {
    expect(() => DateTime.serialize(value)).toThrow('DateTime holds something that is not a moment.');
  });
});

describe('Decimal', () => {
  it.each([
    ['12.50', '12.50'],
    ['-0.01', '-0.01'],
    ['007.10', '007.10'],
    ['0', '0'],
    [`${'9'.repeat(30)}.${'9'.repeat(30)}`, `${'9'.repeat(30)}.${'9'.repeat(30)}`],
    [12, '12'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [-5, '-5'],
  ])('takes %j to the last digit', (value, text) => {
    expect(read(Decimal, value)).toEqual([text, text]);
    expect(Decimal.serialize(text)).toBe(text);
  });

  it('takes an integer literal that no float could hold', () => {
    expect(Decimal.parseLiteral(parseLiteral('12345678901234567890123'), {})).toBe('12345678901234567890123');
  });

  it.each([
    0.1,
    1e21,
    '1e3',
    '1E-3',
    '+1',
    '.5',
    '5.',
    '',
    ' 1',
    '1,000.00',
    '1_000',
    '0x10',
    'NaN',
    'Infinity',
    '-',
    '--1',
    '1.2.3',
    '١٢',
    '1\n',
    '9'.repeat(31),
    `0.${'0'.repeat(31)}`,
    true,
    null,
    {},
    ['1'],
  ])('refuses %j', (value) => {
    expect(refused(read(Decimal, value))).toBe(true);
  });

  it('never writes what is not a plain decimal number', () => {
    for (const value of [NaN, 1e21, null, 'twelve', {}]) {
      expect(() => Decimal.serialize(value)).toThrow('Decimal holds');
    }
  });
});

describe('CurrencyCode', () => {
  it('takes three capital letters and nothing else', () => {
    expect(read(CurrencyCode, 'EUR')).toEqual(['EUR', 'EUR']);
    for (const value of [
      'eur',
      'EU',
      'EURO',
      'E1R',
      'ÄÖÜ',
      ' EUR',
      'EUR\n',
      '',
      978,
      true,
      null,
      ['EUR'],
      {},
    ]) {
      expect([value, refused(read(CurrencyCode, value))]).toEqual([value, true]);
    }
  });
});

describe('JSON', () => {
  it('gives what it was given, with variables within literals', async () => {
    const echo = {
      type: Json,
      args: { value: { type: Json } },
      resolve: (_source: unknown, { value }: { value?: unknown }) => value,
    };
    const schema = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { echo } }) });
    const result = await graphql({
      schema,
      source:
        'query ($deep: JSON, $absent: JSON) { a: echo(value: { list: [1, "two", null, { deep: $deep, absent: $absent }], float: 1.5, yes: true }) b: echo(value: $deep) }',
      variableValues: { deep: { x: [1, { y: null }] } },
    });
    expect(JSON.parse(JSON.stringify(result))).toEqual({
      data: {
        a: { list: [1, 'two', null, { deep: { x: [1, { y: null }] } }], float: 1.5, yes: true },
        b: { x: [1, { y: null }] },
      },
    });
  });
});
