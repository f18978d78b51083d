import { readFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { extractSubgraphs } from '@supergraph/schema';
import { parse } from 'graphql';

/** A supergraph to try operations on. */
export interface TriedSupergraph {
  readonly name: string;
  readonly sdl: string;
  readonly subgraphs: ReadonlyArray<{ readonly name: string; readonly sdl: string }>;
  /** For an interface that is an entity, its types. */
  readonly families: Readonly<Record<string, ReadonlyArray<string>>>;
  /** Up to which kind of faults one service with all data would answer alike. */
  readonly asOneService: 'never' | 'nulls' | 'errors';
}

/** The supergraph that is committed. */
export function committedSupergraph(): TriedSupergraph {
  const sdl = readFileSync(new URL('../../../schema/supergraph.graphql', import.meta.url), 'utf8');
  return {
    name: 'the committed one',
    sdl,
    subgraphs: extractSubgraphs(sdl),
    families: {},
    asOneService: 'errors',
  };
}

function composed(
  name: string,
  sdls: Readonly<Record<string, string>>,
  { families = {}, asOneService = 'errors' }: Partial<TriedSupergraph> = {},
): TriedSupergraph {
  const subgraphs = Object.entries(sdls).map(([subgraph, sdl]) => ({
    name: subgraph,
    sdl: `${LINK}\n${sdl}`,
  }));
  const { supergraphSdl, errors } = composeServices(
    subgraphs.map((subgraph) => ({
      name: subgraph.name,
      url: `http://${subgraph.name}`,
      typeDefs: parse(subgraph.sdl),
    })),
  );
  if (supergraphSdl === undefined) {
    throw new Error(`${name}: ${(errors ?? []).map(({ message }) => message).join('\n')}`);
  }
  return { name, sdl: supergraphSdl, subgraphs, families, asOneService };
}

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@external", "@requires", "@provides", "@shareable", "@override", "@interfaceObject", "@inaccessible"])`;

/** Small supergraphs, each for a feature of federation. */
export function featureSupergraphs(): ReadonlyArray<TriedSupergraph> {
  return [
    composed('keys that differ by subgraph', {
      a: `type Query { products: [Product] product(sku: String!): Product }
        type Product @key(fields: "id") @key(fields: "sku maker { code }") { id: ID! sku: String! maker: Maker! name: String }
        type Maker @shareable { code: ID! title: String }`,
      b: `type Query { featured: Product }
        type Product @key(fields: "sku maker { code }") { sku: String! maker: Maker! price(in: String = "EUR"): Float stock: [Stock!] }
        type Maker @shareable { code: ID! title: String }
        type Stock { place: String! count: Int! product: Product }`,
      c: `type Query { newest(first: Int = 3): [Product!] }
        type Product @key(fields: "id") { id: ID! rating: Int! related: [Product!]! }`,
    }),
    composed('@override', {
      a: `type Query { bill(id: ID!): Bill bills: [Bill] }
        type Bill @key(fields: "id") { id: ID! amount: Int! payer: String }`,
      b: `type Query { dueBills: [Bill!] }
        type Bill @key(fields: "id") { id: ID! amount: Int! @override(from: "a") due: Boolean notes(upper: Boolean): [String!] }`,
    }),
    composed('@shareable roots', {
      a: `type Query { me: User @shareable settings: Settings! @shareable }
        type User @key(fields: "id") { id: ID! name: String @shareable a: Int }
        type Settings @shareable { theme: Theme flags: [Flag!]! }
        type Flag @shareable { name: String! on: Boolean }
        enum Theme { DARK LIGHT }`,
      b: `type Query { me: User @shareable settings: Settings! @shareable now: Float }
        type User @key(fields: "id") { id: ID! name: String @shareable b(n: Int!): Int! friends: [User] }
        type Settings @shareable { theme: Theme flags: [Flag!]! }
        type Flag @shareable { name: String! on: Boolean }
        enum Theme { DARK LIGHT }`,
    }),
    composed(
      '@interfaceObject',
      {
        a: `type Query { media: [Media] best: Media! book: Book }
        interface Media @key(fields: "id") { id: ID! title: String }
        type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int! }
        type Film implements Media @key(fields: "id") { id: ID! title: String minutes: Int director: String! }`,
        b: `type Query { topRated: [Media!] lastRated: Media }
        type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int! reviews: [Review!] }
        type Review { text: String media: Media }`,
        c: `type Media @key(fields: "id") @interfaceObject { id: ID! licence: String }`,
        d: `type Film @key(fields: "id") { id: ID! trailers(first: Int): [String] }`,
      },
      // With the entity goes the knowledge of its type.
      { families: { Media: ['Book', 'Film'] }, asOneService: 'nulls' },
    ),
    composed('enum intersection', {
      a: `type Query { orders(status: Status, all: [Status!]): [Order!] }
        type Order @key(fields: "id") { id: ID! }
        enum Status { OPEN PAID LOST }`,
      b: `type Query { late(status: Status! = OPEN): Order }
        type Order @key(fields: "id") { id: ID! matches(filter: Filter): Boolean lines: [Line!]! }
        input Filter { status: Status min: Int = 3 nested: Filter }
        enum Status { OPEN PAID GONE }
        type Line { text: String! order: Order! }`,
    }),
    composed('nested @provides', {
      a: `type Query { posts: [Post!] pinned: Post @provides(fields: "author { name address { city } }") }
        type Post @key(fields: "id") { id: ID! text: String author: Author @provides(fields: "name") }
        type Author @key(fields: "id") { id: ID! name: String @external address: Address @external }
        type Address { city: String @external }`,
      b: `type Query { authors: [Author] }
        type Author @key(fields: "id") { id: ID! name: String @shareable address: Address @shareable born: Int }
        type Address { city: String @shareable street: String! }`,
      c: `type Author @key(fields: "id") { id: ID! posts: [Post] } type Post @key(fields: "id") { id: ID! likes: Int! }`,
    }),
    composed(
      'null keys',
      {
        a: `type Query { rooms: [Room] room: Room }
        type Room @key(fields: "number") { number: Int name: String guest: Guest }
        type Guest @key(fields: "passport") { passport: String }`,
        b: `type Room @key(fields: "number") { number: Int price: Float beds: Int! }
        type Guest @key(fields: "passport") { passport: String name: String! rooms: [Room!]! }`,
      },
      // Nobody finds an entity by null.
      { asOneService: 'never' },
    ),
    composed('abstract types whose members differ', {
      a: `type Query { search(text: String): [Result!] node: Node nodes: [Node!]! }
        union Result = Cat | Dog
        interface Node { id: ID! }
        type Cat implements Node @key(fields: "id") { id: ID! name: String lives: Int! }
        type Dog implements Node @key(fields: "id") { id: ID! name: String! }`,
      b: `type Query { found: Result shown: [Node] }
        union Result = Dog | Bird
        interface Node { id: ID! }
        type Dog implements Node @key(fields: "id") { id: ID! barks: Boolean friend: Result }
        type Bird implements Node @key(fields: "id") { id: ID! wings(n: Int): Int song: String! }
        type Cat @key(fields: "id") { id: ID! owner: Owner }
        type Owner { name: String pets: [Result!] pet: Node }`,
    }),
    composed(
      '@requires with arguments',
      {
        a: `type Query { parcels: [Parcel!] parcel: Parcel }
        type Parcel @key(fields: "id") { id: ID! weight(unit: Unit = KG): Float size: Size value: Int! }
        type Size { width: Int! height: Int parts: [Part!]! }
        type Part { length: Int }
        enum Unit { KG LB }`,
        b: `type Query { lost: [Parcel] }
        type Parcel @key(fields: "id") {
          id: ID! value: Int! @external
          weight(unit: Unit = KG): Float @external size: Size @external
          postage: Float @requires(fields: "weight(unit: LB) size { width parts { length } }")
          insurance: Int! @requires(fields: "value") }
        type Size { width: Int! @external parts: [Part!]! @external }
        type Part { length: Int @external }
        enum Unit { KG LB }`,
        c: `type Parcel @key(fields: "id") { id: ID! value: Int! @external label(upper: Boolean = false): String @requires(fields: "value") route: [Stop!] }
        type Stop { place: String parcel: Parcel }`,
      },
      // Of an error that a subgraph was sent null for only the router knows.
      { asOneService: 'nulls' },
    ),
    composed('names that conflict in one subgraph only', {
      a: `type Query { things: [Thing] list: [[Thing]] }
        union Thing = Text | Count
        type Text @key(fields: "id") { id: ID! value: String! @shareable size: Int @shareable }
        type Count @key(fields: "id") { id: ID! value: String @shareable size: Int! @shareable }`,
      b: `type Query { others: [Thing!] }
        type Text @key(fields: "id") { id: ID! value: String @shareable size: Int! @shareable more: Thing }
        type Count @key(fields: "id") { id: ID! value: String! @shareable size: Int @shareable more: Thing }
        union Thing = Text | Count`,
    }),
  ];
}
