import { describe, expect, it } from '@jest/globals';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import type { OwnedField, OwnedType, SandboxOwnership } from './configuration.js';
import { describeOwnership } from './ownership.js';

const link = (...names: ReadonlyArray<string>) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${JSON.stringify(names)})`;

const library = `
  ${link('@key', '@shareable', '@override', '@requiresScopes', '@tag')}
  "What a reader can borrow."
  type Book @key(fields: "isbn") @key(fields: "shelf { row place }") {
    isbn: ID!
    "As printed on the cover."
    title: String! @shareable
    shelf: Shelf!
    pages: Int @shareable @deprecated(reason: "Ask for extent.")
    weight: Int @override(from: "post")
    internal: String @tag(name: "internal") @requiresScopes(scopes: [["read"]])
  }
  type Shelf { row: Int! place: Int! }
  interface Lendable @key(fields: "id") { id: ID! }
  type Map implements Lendable @key(fields: "id") { id: ID! scale: Int }
  enum Condition { GOOD WORN @deprecated }
  union Item = Book | Map
  scalar Isbn
  input Order { isbn: ID! copies: Int }
  type Query { books: [Book!]! items(order: Order, of: Isbn): [Item!]! condition: Condition }
`;

const post = `
  ${link('@key', '@external', '@requires', '@provides', '@shareable', '@interfaceObject')}
  type Book @key(fields: "isbn") {
    isbn: ID!
    title: String! @shareable
    pages: Int @external
    weight: Int
    postage: Int @requires(fields: "pages")
  }
  type Reader @key(fields: "id", resolvable: false) { id: ID! }
  type Parcel { book: Book! to: Reader! state: String @shareable }
  type Lendable @key(fields: "id") @interfaceObject { id: ID! fee: Int }
  type Query { parcels: [Parcel!]! @provides(fields: "book { pages }") }
  type Mutation { send(isbn: ID!): Parcel }
`;

const sdlByService = { library, post };
const composed = composeServices(
  Object.entries(sdlByService).map(([name, sdl]) => ({
    name,
    url: `http://${name}.invalid/graphql`,
    typeDefs: parse(sdl),
  })),
);
if (composed.supergraphSdl === undefined) throw new Error(JSON.stringify(composed.errors));
const ownership = describeOwnership(composed.supergraphSdl);

function typeNamed(name: string, from: SandboxOwnership = ownership): OwnedType {
  const type = from.types.find((candidate) => candidate.name === name);
  if (type === undefined) throw new Error(`${name} is missing`);
  return type;
}

function fieldAt(coordinate: string): OwnedField {
  const [typeName = '', name] = coordinate.split('.');
  const field = typeNamed(typeName).fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new Error(`${coordinate} is missing`);
  return field;
}

describe('describeOwnership', () => {
  it('lists the root types first and none of the composition’s own', () => {
    const names = ownership.types.map(({ name }) => name);
    expect(names.slice(0, 2)).toEqual(['Query', 'Mutation']);
    expect([...names].sort()).toEqual(
      ['Book', 'Condition', 'Isbn', 'Item', 'Lendable', 'Map', 'Mutation', 'Order', 'Parcel', 'Query']
        .concat('Reader', 'Shelf')
        .sort(),
    );
  });

  it('names the kind of every type', () => {
    const kinds = Object.fromEntries(ownership.types.map(({ name, kind }) => [name, kind]));
    expect(kinds).toMatchObject({
      Book: 'OBJECT',
      Lendable: 'INTERFACE',
      Item: 'UNION',
      Condition: 'ENUM',
      Order: 'INPUT',
      Isbn: 'SCALAR',
    });
  });

  it('keeps descriptions, types and deprecations', () => {
    expect(typeNamed('Book').description).toBe('What a reader can borrow.');
    expect(fieldAt('Book.title').description).toBe('As printed on the cover.');
    expect(fieldAt('Query.items').type).toBe('[Item!]!');
    expect(fieldAt('Book.pages').deprecated).toBe('Ask for extent.');
    expect(fieldAt('Condition.WORN').deprecated).toBe('No longer supported');
    expect(fieldAt('Condition.GOOD').deprecated).toBeUndefined();
  });

  it('gives every key with its subgraph', () => {
    expect(typeNamed('Book').keys).toEqual([
      { subgraph: 'library', fields: 'isbn' },
      { subgraph: 'library', fields: 'shelf { row place }' },
      { subgraph: 'post', fields: 'isbn' },
    ]);
    expect(typeNamed('Reader').keys).toEqual([{ subgraph: 'post', fields: 'id', resolvable: false }]);
  });

  it('gives a field without a mark to every subgraph of its type', () => {
    expect(typeNamed('Book').subgraphs).toEqual(['library', 'post']);
    expect(fieldAt('Book.title').subgraphs).toEqual([{ name: 'library' }, { name: 'post' }]);
    expect(fieldAt('Parcel.to').subgraphs).toEqual([{ name: 'post' }]);
    expect(typeNamed('Isbn')).toMatchObject({ subgraphs: ['library'], fields: [] });
  });

  it('tells external, requires, provides and override apart', () => {
    expect(fieldAt('Book.pages').subgraphs).toEqual([{ name: 'library' }, { name: 'post', external: true }]);
    expect(fieldAt('Book.postage').subgraphs).toEqual([{ name: 'post', requires: 'pages' }]);
    expect(fieldAt('Query.parcels').subgraphs).toEqual([{ name: 'post', provides: 'book { pages }' }]);
    expect(fieldAt('Book.weight').subgraphs).toEqual([{ name: 'library', override: 'post' }]);
  });

  it('lists union members and enum values', () => {
    expect(typeNamed('Item').fields.map(({ name, type, subgraphs }) => [name, type, subgraphs])).toEqual([
      ['Book', '', [{ name: 'library' }]],
      ['Map', '', [{ name: 'library' }]],
    ]);
    expect(fieldAt('Condition.GOOD').subgraphs).toEqual([{ name: 'library' }]);
  });

  it('follows a field that reaches an object through an interface object', () => {
    expect(fieldAt('Lendable.fee').subgraphs).toEqual([{ name: 'post' }]);
    expect(fieldAt('Map.fee').subgraphs).toEqual([{ name: 'post' }]);
  });

  it('takes the subgraph’s name from @join__graph, not from the enum value', () => {
    const sdl = `
      enum join__Graph { GOODS_IN @join__graph(name: "goods-in", url: "http://a.invalid") }
      type Query @join__type(graph: GOODS_IN) { a: Int }
    `;
    expect(typeNamed('Query', describeOwnership(sdl)).subgraphs).toEqual(['goods-in']);
  });

  it('does not count as owner who was overridden and still needs the field', () => {
    const sdl = `
      enum join__Graph { NEW @join__graph(name: "new", url: "") OLD @join__graph(name: "old", url: "") }
      type Query @join__type(graph: NEW) @join__type(graph: OLD) {
        a: Int @join__field(graph: NEW, override: "old", overrideLabel: "percent(5)") @join__field(graph: OLD, usedOverridden: true)
      }
    `;
    expect(typeNamed('Query', describeOwnership(sdl)).fields[0]?.subgraphs).toEqual([
      { name: 'new', override: 'old, percent(5)' },
      { name: 'old', external: true },
    ]);
  });

  it('says in words that a plain schema is no supergraph', () => {
    expect(() => describeOwnership('type Query { a: Int }')).toThrow(/not a Federation 2 supergraph/);
  });
});
