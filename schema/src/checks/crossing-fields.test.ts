import { describe, expect, it } from '@jest/globals';
import { catalogSdl, lendingSdl, librarySubgraphs, replacing } from '../../test-support/library-project.js';
import { findNonNullCrossingFields } from './crossing-fields.js';

function crossing(sdls: Parameters<typeof librarySubgraphs>[0]): ReadonlyArray<string> {
  return findNonNullCrossingFields(librarySubgraphs(sdls)).map(
    ({ service, coordinate, type }) => `${service} ${coordinate}: ${type}`,
  );
}

describe('findNonNullCrossingFields', () => {
  it('finds nothing where all that crosses is nullable', () => {
    expect(crossing({})).toEqual([]);
  });

  it.each([
    ['itself', 'book: Book', 'book: Book!', 'lending Loan.book: Book!'],
    ['in a list', 'book: Book', 'book: [Book]!', 'lending Loan.book: [Book]!'],
  ])('finds a field that gives an entity of another service, %s', (_what, before, after, found) => {
    expect(crossing({ lending: replacing(lendingSdl, before, after) })).toEqual([found]);
  });

  it('lets the items of a nullable list be non-null: a reference is there even if nothing stands behind it', () => {
    expect(crossing({ lending: replacing(lendingSdl, 'book: Book', 'book: [Book!]') })).toEqual([]);
  });

  it('finds a field that gives a union or an interface with an entity of another service among its members', () => {
    const union = replacing(lendingSdl, 'book: Book', 'thing: Thing!') + '\nunion Thing = Loan | Book\n';
    expect(crossing({ lending: union })).toEqual(['lending Loan.thing: Thing!']);
    const plain =
      replacing(lendingSdl, 'book: Book', 'book: Book\n  thing: Thing!') + '\nunion Thing = Loan | Page\n';
    expect(crossing({ lending: plain })).toEqual([]);
  });

  it('lets the owner give its own entity as it likes', () => {
    const catalog = replacing(
      catalogSdl,
      'type Query {',
      'type Shelf { best: Book! all: [Book!]! }\n\ntype Query {\n  shelf: Shelf',
    );
    expect(crossing({ catalog })).toEqual([]);
  });

  it('finds what another service adds to an entity, and what the owner has on it', () => {
    expect(crossing({ lending: replacing(lendingSdl, 'loan: Loan', 'loan: Loan!') })).toEqual([
      'lending Book.loan: Loan!',
    ]);
    expect(crossing({ catalog: replacing(catalogSdl, 'title: String', 'title: String!') })).toEqual([
      'catalog Book.title: String!',
    ]);
  });

  it('lets keys and external fields be: they travel with the reference', () => {
    const catalog = replacing(catalogSdl, 'title: String', 'title: String! @shareable');
    const lending = replacing(
      replacing(lendingSdl, 'isbn: ID!', 'isbn: ID!\n  title: String! @external'),
      'book: Book',
      'book: Book @provides(fields: "title")',
    ).replace('"@key"', '"@key", "@external", "@provides"');
    expect(crossing({ catalog, lending })).toEqual(['catalog Book.title: String!']);
  });

  it('lets an entity of one service alone be', () => {
    expect(
      crossing({ lending: replacing(lendingSdl, 'loans: [Loan!]', 'loans: [Loan!]\n  page: Page') }),
    ).toEqual([]);
    expect(lendingSdl).toContain('due: String!');
  });

  it('finds a non-null field of Query: one operation asks the Query fields of several services', () => {
    expect(crossing({ lending: replacing(lendingSdl, 'loans: [Loan!]', 'loans: [Loan!]!') })).toEqual([
      'lending Query.loans: [Loan!]!',
    ]);
  });

  it('lets a service that is alone have non-null Query fields', () => {
    const sdl = replacing(catalogSdl, 'books(', 'count: Int!\n  books(');
    expect(
      findNonNullCrossingFields([{ name: 'catalog', url: 'http://localhost:5001/graphql', sdl }]),
    ).toEqual([]);
  });
});

describe('who owns a shared entity', () => {
  const withBorrowed = (sdl: string, type: string): string =>
    replacing(sdl, 'type Query {', `type Borrowed { book: ${type} }\n\ntype Query {\n  borrowed: Borrowed`);

  it('is the one that has fields on it, when the others merely refer to it', () => {
    const lending = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
      type Book @key(fields: "isbn", resolvable: false) { isbn: ID! }
      type Query { lastReturned: Book  borrowed: Borrowed }
      type Borrowed { book: Book! }`;
    const catalog = replacing(catalogSdl, 'book("Its number." isbn: ID!): Book', 'best: Best').concat(
      'type Best { book: Book! }',
    );
    expect(crossing({ catalog, lending })).toEqual(['lending Borrowed.book: Book!']);
  });

  it('is the one that finds it by its key, though another gives it from Query too', () => {
    const lending = withBorrowed(
      replacing(lendingSdl, 'type Query {', 'type Query {\n  overdue: [Book!]'),
      'Book!',
    );
    const catalog = withBorrowed(catalogSdl, 'Book!')
      .replaceAll('Borrowed', 'Bought')
      .replaceAll('borrowed', 'bought');
    expect(crossing({ catalog, lending })).toEqual(['lending Borrowed.book: Book!']);
  });

  it('is the one that gives it from Query, when none finds it by its key', () => {
    const catalog = withBorrowed(
      replacing(catalogSdl, 'book("Its number." isbn: ID!): Book', 'best: Book'),
      'Book!',
    );
    expect(crossing({ catalog })).toEqual([]);
  });

  it('is nobody when two could be: then every service only refers to it', () => {
    const lending = replacing(lendingSdl, 'type Query {', 'type Query {\n  lent(isbn: ID!): Book');
    const found = findNonNullCrossingFields(
      librarySubgraphs({ catalog: withBorrowed(catalogSdl, 'Book!'), lending }),
    );
    expect(found).toMatchObject([{ service: 'catalog', coordinate: 'Borrowed.book' }]);
    expect(found[0]?.reason).toContain('none of them clearly owns');
  });
});
