import { LISTED_USERS, products, reviews, users, type ProductRow, type ReviewRow } from './rows.js';

/** A subgraph of the shop: its schema, and resolvers over the fixed rows. */
export interface ShopSubgraph {
  readonly name: string;
  readonly sdl: string;
  readonly resolvers: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const link = (...names: ReadonlyArray<string>): string =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: [${names.map((name) => `"${name}"`).join(', ')}])\n`;

interface ProductReference extends Pick<ProductRow, 'upc'> {
  readonly price?: number;
  readonly weight?: number;
}

/** The four subgraphs that federation gateways are compared by. */
export const SHOP: ReadonlyArray<ShopSubgraph> = [
  {
    name: 'accounts',
    sdl: `${link('@key', '@shareable')}
      type Query { me: User user(id: ID!): User users: [User] }
      type User @key(fields: "id") { id: ID! name: String username: String @shareable birthday: Int }`,
    resolvers: {
      Query: {
        me: () => users[0],
        user: (_: unknown, { id }: { readonly id: string }) => users.find((user) => user.id === id),
        users: () => users.slice(0, LISTED_USERS),
      },
      User: {
        __resolveReference: ({ id }: { readonly id: string }) => users.find((user) => user.id === id),
      },
    },
  },
  {
    name: 'products',
    sdl: `${link('@key')}
      type Query { topProducts(first: Int = 5): [Product] }
      type Product @key(fields: "upc") { upc: String! name: String price: Int weight: Int }`,
    resolvers: {
      Query: {
        topProducts: (_: unknown, { first }: { readonly first: number }) => products.slice(0, first),
      },
      Product: {
        __resolveReference: ({ upc }: ProductReference) => products.find((product) => product.upc === upc),
      },
    },
  },
  {
    name: 'inventory',
    sdl: `${link('@key', '@external', '@requires')}
      type Product @key(fields: "upc") {
        upc: String!
        weight: Int @external
        price: Int @external
        inStock: Boolean
        shippingEstimate: Int @requires(fields: "price weight")
      }`,
    resolvers: {
      Product: {
        __resolveReference: (product: ProductReference) => product,
        inStock: ({ upc }: ProductReference) => Number(upc) % 3 !== 0,
        shippingEstimate: ({ price = 0, weight = 0 }: ProductReference) =>
          price > 1_000 ? 0 : Math.round(weight * 0.5),
      },
    },
  },
  {
    name: 'reviews',
    sdl: `${link('@key', '@external', '@provides')}
      type Review @key(fields: "id") { id: ID! body: String author: User @provides(fields: "username") product: Product }
      type User @key(fields: "id") { id: ID! username: String @external reviews: [Review] }
      type Product @key(fields: "upc") { upc: String! reviews: [Review] }`,
    resolvers: {
      Review: {
        __resolveReference: ({ id }: { readonly id: string }) => reviews.find((review) => review.id === id),
        author: ({ authorId }: ReviewRow) => users.find(({ id }) => id === authorId),
        product: ({ upc }: ReviewRow) => ({ upc }),
      },
      User: {
        __resolveReference: (user: { readonly id: string }) => user,
        reviews: ({ id }: { readonly id: string }) => reviews.filter(({ authorId }) => authorId === id),
      },
      Product: {
        __resolveReference: (product: ProductReference) => product,
        reviews: ({ upc }: ProductReference) => reviews.filter((review) => review.upc === upc),
      },
    },
  },
];
