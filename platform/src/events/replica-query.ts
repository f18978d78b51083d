import { z } from 'zod';
import { describeIssues } from './envelope.js';
import { FeedRefusal } from './feed-refusal.js';
import type { KeyRange, ReplicaKeyType } from './replica-sql.js';

/** As many keys as fit into a request's address. */
export const MAXIMUM_KEYS = 200;
const MAXIMUM_ROWS = 10_000;
const MAXIMUM_RANGED_ROWS = 200_000;

/** Which rows are asked for. */
export interface RowsQuery {
  readonly columns: ReadonlyArray<string>;
  readonly which: (KeyRange & { readonly limit: number }) | { readonly keys: ReadonlyArray<string> };
}

/** Which ranges are asked for. */
export interface RangesQuery {
  readonly columns: ReadonlyArray<string>;
  readonly after: string | null;
  /** Rows a range. */
  readonly size: number;
  /** Ranges at most. */
  readonly count: number;
}

/** Reads the queries of one source; see {@link createReplicaSource}. A mistake throws {@link FeedRefusal}. */
export interface ReplicaQueryReader {
  /** @param allowed the columns that the one who asks may have */
  rows(search: URLSearchParams, allowed: ReadonlyArray<string>): RowsQuery;
  /** @param allowed the columns that the one who asks may have */
  ranges(search: URLSearchParams, allowed: ReadonlyArray<string>): RangesQuery;
}

/** Makes the reader for keys of a type. */
export function createReplicaQueryReader(keyType: ReplicaKeyType): ReplicaQueryReader {
  const key =
    keyType === 'uuid'
      ? z.string().regex(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i, 'must be a UUID')
      : z.string().regex(/^-?\d{1,18}$/, 'must be a whole number');
  const list = z.string().transform((text) => text.split(','));
  const rowsType = z.strictObject({
    columns: list,
    after: key.optional(),
    until: key.optional(),
    limit: whole(1, MAXIMUM_ROWS).default(1_000),
    keys: list.pipe(z.array(key).max(MAXIMUM_KEYS)).optional(),
  });
  const rangesType = z
    .strictObject({
      columns: list,
      after: key.optional(),
      size: whole(1, MAXIMUM_ROWS).default(1_000),
      count: whole(1, 1_000).default(50),
    })
    .refine(({ size, count }) => size * count <= MAXIMUM_RANGED_ROWS, {
      message: `at most ${MAXIMUM_RANGED_ROWS} rows can be ranged at once`,
      path: ['size'],
    });
  return {
    rows(search, allowed) {
      const { columns, after, until, limit, keys } = parse(rowsType, search, allowed);
      const range = { after: after ?? null, until: until ?? null, limit };
      return { columns, which: keys === undefined ? range : { keys } };
    },
    ranges(search, allowed) {
      const { columns, after, size, count } = parse(rangesType, search, allowed);
      return { columns, after: after ?? null, size, count };
    },
  };
}

function whole(minimum: number, maximum: number) {
  return z.coerce.number().int().min(minimum).max(maximum);
}

function parse<Query extends { readonly columns: ReadonlyArray<string> }>(
  type: z.ZodType<Query>,
  search: URLSearchParams,
  allowed: ReadonlyArray<string>,
): Query {
  const parsed = type.safeParse(Object.fromEntries(search));
  const mistakes = parsed.success ? findMistakes(parsed.data.columns, allowed) : describeIssues(parsed.error);
  if (!parsed.success || mistakes !== undefined) {
    throw new FeedRefusal('BAD_REQUEST', `The request for a replica has mistakes: ${mistakes}.`);
  }
  return parsed.data;
}

function findMistakes(columns: ReadonlyArray<string>, allowed: ReadonlyArray<string>): string | undefined {
  return columns.every((column) => allowed.includes(column))
    ? undefined
    : `columns: must be among ${allowed.join(', ')}`;
}
