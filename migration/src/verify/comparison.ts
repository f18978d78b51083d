import { quoteName, type Column, type Table } from '../catalog/index.js';
import { quote } from '../state/index.js';
import { primaryKeyOf } from '../target-schema/index.js';

/** Types of which equal values are the same bytes, so that their own hash tells every difference. */
const SAME_WHEN_EQUAL =
  /^(smallint|integer|bigint|boolean|uuid|date|bytea|text|character varying(\(\d+\))?|timestamp(\(\d\))? with(out)? time zone)$/;
const TEXT = /^(text|character varying(\(\d+\))?)$/;
/** Types that sort alike everywhere, and whose values may be compared as they are. */
const SORTABLE = /^(smallint|integer|bigint|uuid|date|timestamp(\(\d\))? with(out)? time zone)$/;

/** The SQL with which one table is compared; the same text on both sides, whatever their column order and versions. */
export interface TableComparison {
  readonly name: string;
  /** A 64-bit hash of every column of a row. */
  readonly rowHash: string;
  readonly keyHash: string;
  /** The first column of the primary key, in an order that is the same on both servers, and its type. */
  readonly rangeKey: string;
  readonly rangeType: string;
  readonly firstKey: string;
  readonly keys: ReadonlyArray<string>;
  readonly columns: ReadonlyArray<string>;
}

/**
 * Makes the SQL that compares a table exactly. Values that may be equal and yet different (1.50 and 1.5, 0.0 and -0.0, '1 day' and
 * '24 hours', enums, JSON) are hashed as the text that PostgreSQL writes, the others by their bytes.
 *
 * @param oldestVersion of the two servers: records are hashed whole from 14 on
 */
export function comparisonOf(table: Table, oldestVersion: number): TableComparison {
  const hash = (expressions: ReadonlyArray<string>): string =>
    oldestVersion >= 14
      ? `hash_record_extended(ROW(${expressions.join(', ')}), 0)`
      : `hashtextextended(ROW(${expressions.join(', ')})::text, 0)`;
  const keys = primaryKeyOf(table);
  const columnOf = (name: string): Column | undefined => table.columns.find((column) => column.name === name);
  const [firstKey = ''] = keys;
  const first = columnOf(firstKey);
  const sortable = first !== undefined && SORTABLE.test(first.type);
  return {
    name: quoteName(table),
    rowHash: hash(table.columns.map(exactExpression)),
    keyHash: hash(keys.flatMap((key) => columnOf(key) ?? []).map(exactExpression)),
    rangeKey: sortable ? quote(firstKey) : `(${quote(firstKey)}::text COLLATE "C")`,
    rangeType: sortable ? first.type : 'text',
    firstKey,
    keys,
    columns: table.columns.map(({ name }) => name),
  };
}

function exactExpression(column: Column): string {
  const name = quote(column.name);
  if (!SAME_WHEN_EQUAL.test(column.type)) return `${name}::text`;
  // Of a collation that calls different texts equal, the bytes are to be compared.
  return TEXT.test(column.type) && column.collation !== undefined ? `(${name} COLLATE "C")` : name;
}
