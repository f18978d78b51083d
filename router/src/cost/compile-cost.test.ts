import { describe, expect, it } from '@jest/globals';
import { buildSchema, getOperationAST, parse } from 'graphql';
import { compose } from '../testing/test-router.js';
import { compileCost, type CostEstimate } from './compile-cost.js';
import { CostSchema } from './cost-schema.js';

const shopSdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
    "@key" "@shareable" "@listSize" { name: "@cost", as: "@price" }
  ])
  type Query {
    ping: String
    book: Book
    books: [Book]
    dear: Book @price(weight: 7)
    any: Thing
    node: Node
    first(first: Int = 4): [Book] @listSize(assumedSize: 30, slicingArguments: ["first"])
    either(first: Int, last: Int): [Book] @listSize(assumedSize: 30, slicingArguments: ["first", "last"], requireOneSlicingArgument: false)
    one(first: Int, last: Int): [Book] @listSize(slicingArguments: ["first", "last"])
    fixed: [Book] @listSize(assumedSize: 3)
    page(first: Int): Page @listSize(slicingArguments: ["first"], sizedFields: ["edges", "marks"], requireOneSlicingArgument: false, assumedSize: 20)
    find(filter: Filter, word: String @price(weight: 3), words: [String] @price(weight: 2)): Int
  }
  type Mutation { buy: Book }
  interface Node { id: ID! }
  type Book implements Node @key(fields: "isbn") { id: ID! isbn: ID! title: String kind: Kind ink: Ink author: Author scan: Scan }
  type Author { name: String books: [Book] }
  type Pen implements Node @price(weight: 5) { id: ID! }
  union Thing = Book | Pen
  type Page { edges: [Edge] marks: [Int] others: [Edge] }
  type Edge { node: Book }
  enum Kind @price(weight: 2) { A }
  scalar Ink @price(weight: 4)
  scalar Scan
  input Filter { word: String @price(weight: 6) and: Filter list: [Filter!] }
`;
const printSdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key" "@requires" "@external"])
  type Book @key(fields: "isbn") { isbn: ID! author: Author @external poster: String @requires(fields: "author { name }") }
  type Author { name: String @external }
`;
const sdl = compose([
  { name: 'shop', url: 'http://shop', sdl: shopSdl },
  { name: 'print', url: 'http://print', sdl: printSdl },
]);
const schema = new CostSchema(sdl, buildSchema(sdl, { assumeValid: true, assumeValidSDL: true }));

function estimate(source: string, variables: Record<string, unknown> = {}): CostEstimate {
  const document = parse(source);
  const operation = getOperationAST(document);
  if (!operation) {
    throw new Error('The text has no operation.');
  }
  return compileCost(schema, document, operation, 10)(variables);
}

describe('the estimated cost of an operation', () => {
  it.each<[string, number]>([
    ['{ ping }', 0],
    ['{ __typename __schema { types { name } } }', 0],
    ['{ book { title } }', 1],
    ['mutation { buy { title } }', 11],
    ['{ book { author { name } } }', 2],
    ['{ books { title } }', 10],
    ['{ books { author { books { title } } } }', 10 * (1 + 1 + 10)],
    ['{ a: book { title } b: book { title } }', 2],
    ['{ dear { author { name } } }', 8],
    ['{ book { kind ink scan } }', 1 + 2 + 4],
    ['{ any { ... on Book { author { name } } ... on Pen { id } } }', 5 + 1],
    ['{ node { id } }', 5],
    ['{ ...F } fragment F on Query { book { ...G } } fragment G on Book { author { name } }', 2],
    ['{ book @skip(if: true) { title } ... @include(if: false) { dear { id } } }', 0],
    ['{ find(word: null) }', 0],
    ['{ find(word: "x") }', 3],
    ['{ find(words: ["x", "y"]) }', 4],
    ['{ find(filter: { word: "x" }) }', 1 + 6],
    ['{ find(filter: { and: { word: "x" }, list: [{ word: "y" }, {}] }) }', 1 + (1 + 6) + (1 + 6) + 1],
    // What a field requires is fetched too.
    ['{ book { poster } }', 1 + 1],
    ['{ books { poster } }', 10 * (1 + 1)],
  ])('%s', (source, cost) => {
    expect(estimate(source)).toEqual({ estimated: cost, mistakes: [] });
  });

  it.each<[string, number]>([
    ['{ first { title } }', 4],
    ['{ first(first: 9) { title } }', 9],
    ['{ first(first: -9) { title } }', 0],
    ['{ fixed { title } }', 3],
    ['{ either { title } }', 30],
    ['{ either(last: 2) { title } }', 2],
    ['{ either(first: 5, last: 2) { title } }', 5],
    ['{ page { edges { node { title } } } }', 1 + 20 * 2],
    ['{ page(first: 3) { edges { node { title } } marks } }', 1 + 3 * 2],
    [
      '{ page(first: 3) { ...E others { node { id } } } } fragment E on Page { edges { node { title } } }',
      1 + 3 * 2 + 10 * 2,
    ],
    ['{ page(first: 3) { e: edges { node { author { books { id } } } } } }', 1 + 3 * (2 + 1 + 10)],
    [
      '{ a: page(first: 1) { ...E } b: page(first: 2) { ...E } } fragment E on Page { edges { node { title } } }',
      1 + 2 + 1 + 4,
    ],
  ])('by the length of lists: %s', (source, cost) => {
    expect(estimate(source)).toEqual({ estimated: cost, mistakes: [] });
  });

  it('follows the variables and their defaults', () => {
    const source = `query Q($n: Int = 6, $with: Boolean = true, $filter: Filter) {
      first(first: $n) { title }
      books @include(if: $with) { title }
      find(filter: $filter)
    }`;
    expect(estimate(source).estimated).toBe(6 + 10);
    expect(estimate(source, { n: 2 }).estimated).toBe(2 + 10);
    expect(estimate(source, { n: 2, with: false }).estimated).toBe(2);
    const filter = {
      word: 'x',
      list: [{ word: 'y' }, JSON.parse('{"constructor": 1}') as object],
      and: null,
    };
    expect(estimate(source, { n: 0, with: false, filter }).estimated).toBe(7 + 7 + 1);
  });

  it('cannot be told when the one slicing argument is missing, or there are two', () => {
    const mistakes = ['Query.one needs exactly one of the arguments first, last.'];
    expect(estimate('{ one { id } }').mistakes).toEqual(mistakes);
    expect(estimate('{ one(first: 1, last: 2) { id } }')).toEqual({ estimated: 2, mistakes });
    expect(estimate('query Q($first: Int) { one(first: $first) { id } }', { first: 3 })).toEqual({
      estimated: 3,
      mistakes: [],
    });
  });

  it('is added up in no time for fragments that use each other over and over', () => {
    const depth = 60;
    const fragments = Array.from(
      { length: depth },
      (_, index) =>
        `fragment F${index} on Author { books { author { ...F${index + 1} } } x: books { author { ...F${index + 1} } } }`,
    );
    const source = `{ book { author { ...F0 } } } ${fragments.join('\n')} fragment F${depth} on Author { name }`;
    expect(estimate(source).estimated).toBeGreaterThan(2 ** depth);
  });
});
