import { startTestSubgraph, type TestSubgraph } from './test-subgraph.js';

const link = (...names: ReadonlyArray<string>): string =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${JSON.stringify(['@key', ...names])})`;

const catalogueSdl = `
  ${link()}
  type Query { books: [Book!]! book(isbn: ID!): Book things: [Thing]! broken: String hidden: String }
  type Mutation { addBook(isbn: ID!): Book }
  type Book @key(fields: "isbn") { isbn: ID! title: String! }
  type Pen @key(fields: "id") { id: ID! color: String }
  union Thing = Book | Pen
`;

const reviewsSdl = `
  ${link()}
  type Query { reviewCount: Int firstReview: Review }
  type Mutation { rate(isbn: ID!, stars: Int!): Int }
  type Book @key(fields: "isbn") { isbn: ID! rating: Int reviews(first: Int = 2): [Review!] }
  type Review { body: String! book: Book }
`;

const shippingSdl = `
  ${link('@external', '@requires')}
  type Query { carrier: String }
  type Book @key(fields: "isbn") { isbn: ID! rating: Int @external label: String @requires(fields: "rating") barcode: String! }
`;

const books = ['1', '2', '3'].map((isbn) => ({ __typename: 'Book', isbn, title: `Book ${isbn}` }));
const things = [{ __typename: 'Pen', id: 'p', color: 'blue' }, books[0], null, books[1]];

/** A catalogue of books, of which `hidden` and `broken` fail. */
export const startCatalogue = (): Promise<TestSubgraph> =>
  startTestSubgraph('catalogue', catalogueSdl, {
    Query: {
      books: () => books,
      things: () => things,
      book: (_: unknown, { isbn }: { isbn: string }) => books.find((book) => book.isbn === isbn) ?? null,
      broken: () => {
        throw new Error('password of the database is swordfish');
      },
    },
    Mutation: { addBook: (_: unknown, { isbn }: { isbn: string }) => ({ isbn, title: `Book ${isbn}` }) },
    Book: {
      __resolveReference: ({ isbn }: { isbn: string }) => books.find((book) => book.isbn === isbn) ?? null,
    },
  });

/** Ratings and reviews of books. */
export const startReviews = (): Promise<TestSubgraph> =>
  startTestSubgraph('reviews', reviewsSdl, {
    Query: { reviewCount: () => 7, firstReview: () => ({ body: 'good', book: { isbn: '1' } }) },
    Mutation: { rate: (_: unknown, { stars }: { stars: number }) => stars },
    Book: {
      __resolveReference: ({ isbn }: { isbn: string }) => ({ isbn }),
      rating: ({ isbn }: { isbn: string }) => Number(isbn) + 1,
      reviews: ({ isbn }: { isbn: string }) => [{ body: `on ${isbn}`, book: { isbn } }],
    },
  });

/** Labels that need a rating, and barcodes for all books but the third. */
export const startShipping = (): Promise<TestSubgraph> =>
  startTestSubgraph('shipping', shippingSdl, {
    Query: { carrier: () => 'pigeon' },
    Book: {
      __resolveReference: (book: { isbn: string }) => (book.isbn === '3' ? null : book),
      label: ({ rating }: { rating: number | null }) => `rated ${rating}`,
      barcode: ({ isbn }: { isbn: string }) => `|||${isbn}`,
    },
  });
