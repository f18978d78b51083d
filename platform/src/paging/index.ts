export { decodeCursor, encodeCursor, type KeysetPosition } from './cursor.js';
export {
  MAXIMUM_PAGE_SIZE,
  readPage,
  toConnection,
  type Connection,
  type Page,
  type PageArguments,
} from './connection.js';
export { keysetQuery, type KeysetQuery } from './keyset.js';
