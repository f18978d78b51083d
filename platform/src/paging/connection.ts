import { ApplicationError } from '../errors/index.js';
import { decodeCursor, encodeCursor, type KeysetPosition } from './cursor.js';

/** The most rows that one page gives. */
export const MAXIMUM_PAGE_SIZE = 100;
const DEFAULT_PAGE_SIZE = 20;

/** The four arguments of a Relay connection, as GraphQL gives them. */
export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** A page that was asked for and checked. */
export interface Page {
  /** The list's name, to which cursors are bound. */
  readonly list: string;
  /** How many rows the page has at most; read one more to know whether another page follows. */
  readonly size: number;
  /** `backward` reads from the end of the list, the rows turned round. */
  readonly direction: 'forward' | 'backward';
  readonly after: KeysetPosition | null;
  readonly before: KeysetPosition | null;
}

/** A page that was read, in Relay's shape. */
export interface Connection<Node> {
  readonly edges: ReadonlyArray<{ readonly cursor: string; readonly node: Node }>;
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/**
 * Checks the arguments of a connection.
 *
 * @param list a name that is the same for every page of the list
 * @throws {ApplicationError} `INVALID_PAGE_SIZE` or `INVALID_CURSOR`
 * @see https://relay.dev/graphql/connections.htm
 */
export function readPage(list: string, { first, after, last, before }: PageArguments): Page {
  const both = first !== null && first !== undefined && last !== null && last !== undefined;
  const size = first ?? last ?? DEFAULT_PAGE_SIZE;
  if (both || size < 1 || size > MAXIMUM_PAGE_SIZE) {
    throw new ApplicationError(
      'INVALID_PAGE_SIZE',
      `Ask for 1 to ${MAXIMUM_PAGE_SIZE} with either \`first\` or \`last\`.`,
    );
  }
  return {
    list,
    size,
    direction:
      first === null || first === undefined
        ? last === null || last === undefined
          ? 'forward'
          : 'backward'
        : 'forward',
    after: after === null || after === undefined ? null : decodeCursor(list, after),
    before: before === null || before === undefined ? null : decodeCursor(list, before),
  };
}

/**
 * Shapes rows into a page.
 *
 * @param rows up to `page.size + 1` rows in the direction of reading: the list's order for `forward`, the
 *   reverse for `backward`
 * @param positionOf where a row stands in the list
 */
export function toConnection<Node>(
  page: Page,
  rows: ReadonlyArray<Node>,
  positionOf: (row: Node) => KeysetPosition,
): Connection<Node> {
  const more = rows.length > page.size;
  const kept = rows.slice(0, page.size);
  const ordered = page.direction === 'forward' ? kept : kept.reverse();
  const edges = ordered.map((node) => ({ cursor: encodeCursor(page.list, positionOf(node)), node }));
  const forward = page.direction === 'forward';
  return {
    edges,
    pageInfo: {
      // Beyond the side that was not read lies at least the row of the cursor that was given.
      hasNextPage: forward ? more : page.before !== null,
      hasPreviousPage: forward ? page.after !== null : more,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
