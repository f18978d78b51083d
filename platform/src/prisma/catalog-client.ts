import { ColumnTypeEnum, type SqlResultSet } from '@prisma/driver-adapter-utils';
import pg from 'pg';

/** Object identifiers of PostgreSQL's types `"char"` (one byte) and `text`. */
const SINGLE_BYTE_CHARACTER = 18;
const TEXT = 25;

type QueryCallback = (error: Error | null, result: pg.QueryResult | undefined) => void;

/** Which columns of a result were of type `"char"`, by the array of its rows. */
const characterColumns = new WeakMap<readonly unknown[], readonly number[]>();

/**
 * A `pg` client that calls columns of type `"char"` text, and remembers which they were. The schema engine reads
 * such columns of the catalog (`pg_constraint.contype` is one), and Prisma's driver adapter refuses the type.
 */
export class CatalogClient extends pg.Client {
  // The many overloads of `query` differ, for this purpose, only in whether the last argument is a callback.
  override query(...queryArguments: unknown[]): never {
    const callback = queryArguments.at(-1);
    const run = super.query.bind(this) as (...passed: unknown[]) => unknown;
    if (typeof callback === 'function') {
      const relabelled: QueryCallback = (error, result) => {
        (callback as QueryCallback)(error, relabelCharacterColumns(result));
      };
      return run(...queryArguments.slice(0, -1), relabelled) as never;
    }
    const outcome = run(...queryArguments);
    return (outcome instanceof Promise ? outcome.then(relabelCharacterColumns) : outcome) as never;
  }
}

/** Gives the columns that `CatalogClient` called text their true type: the engine insists on a character there. */
export function restoreCharacterColumns(result: SqlResultSet): SqlResultSet {
  for (const index of characterColumns.get(result.rows) ?? []) {
    result.columnTypes[index] = ColumnTypeEnum.Character;
  }
  return result;
}

/** A query of several statements gives an array of results. */
function relabelCharacterColumns<Outcome>(outcome: Outcome): Outcome {
  const results: readonly unknown[] = Array.isArray(outcome) ? outcome : [outcome];
  for (const result of results as readonly (pg.QueryResult | undefined)[]) {
    const found: number[] = [];
    for (const [index, field] of result?.fields.entries() ?? []) {
      if (field.dataTypeID !== SINGLE_BYTE_CHARACTER) continue;
      field.dataTypeID = TEXT;
      found.push(index);
    }
    if (result !== undefined && found.length > 0) characterColumns.set(result.rows, found);
  }
  return outcome;
}
