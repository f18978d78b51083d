/** The fixed rows of the four subgraphs. Users and products beyond those of the large query make lists of 20 whole. */

const WORDS =
  'A plain table of light oak that stands firm, takes four chairs and folds against the wall when nobody eats. ';

export interface UserRow {
  readonly id: string;
  readonly name: string;
  readonly username: string;
  readonly birthday: number;
}
export interface ProductRow {
  readonly upc: string;
  readonly name: string;
  readonly price: number;
  readonly weight: number;
}
export interface ReviewRow {
  readonly id: string;
  readonly body: string;
  readonly authorId: string;
  readonly upc: string;
}

/** Only these are in `users`. */
export const LISTED_USERS = 6;

export const users: ReadonlyArray<UserRow> = Array.from({ length: 12 }, (_, index) => ({
  id: String(index + 1),
  name: `Reader ${index + 1}`,
  username: `reader${index + 1}`,
  birthday: 1_980 + index,
}));

export const products: ReadonlyArray<ProductRow> = Array.from({ length: 20 }, (_, index) => ({
  upc: String(index + 1),
  name: `Product ${index + 1}`,
  price: 100 + 37 * index,
  weight: 50 + 25 * index,
}));

/** Eleven by listed users about the first four products; one by another user about each of the rest. */
export const reviews: ReadonlyArray<ReviewRow> = [
  ...['1', '1', '1', '1', '2', '2', '2', '3', '3', '4', '4'].map((upc, index) => ({
    id: String(index + 1),
    body: WORDS.repeat(4),
    authorId: String((index % 2) + 1),
    upc,
  })),
  ...products.slice(4).map(({ upc }, index) => ({
    id: String(index + 12),
    body: WORDS,
    authorId: String(7 + (index % 6)),
    upc,
  })),
];
