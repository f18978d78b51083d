import type pg from 'pg';
import type { Crossing } from '../mapping/index.js';
import { quote, quoteTable } from '../state/index.js';
import type { ReferenceResult } from './report.js';

const BATCH = 5_000;
const EXAMPLES = 20;

/** Where both ends of a reference are read. */
export interface ReferenceEnds {
  readonly referencing: pg.Client;
  readonly referenced: pg.Client;
  readonly world: ReferenceResult['world'];
}

/**
 * Counts references that lead nowhere. The transactions of the sessions say which moment is looked at; where both ends
 * lie in one database it is asked once, between two databases distinct keys go over a batch at a time.
 */
export async function checkReference(crossing: Crossing, ends: ReferenceEnds): Promise<ReferenceResult> {
  const found =
    ends.referencing === ends.referenced
      ? await checkWithin(crossing, ends.referencing)
      : await checkBetween(crossing, ends.referencing, ends.referenced);
  return {
    constraint: crossing.constraint,
    from: `${crossing.table.schema}.${crossing.table.table}`,
    to: `${crossing.references.schema}.${crossing.references.table}`,
    world: ends.world,
    ...found,
  };
}

type Found = Pick<ReferenceResult, 'checked' | 'orphans' | 'examples'>;

async function checkWithin(crossing: Crossing, client: pg.Client): Promise<Found> {
  const columns = crossing.columns.map((column) => `o.${quote(column)}`);
  const matches = columns.map(
    (column, index) => `r.${quote(crossing.referencedColumns[index] ?? '')} = ${column}`,
  );
  const isSet = columns.map((column) => `${column} IS NOT NULL`).join(' AND ');
  const orphans = `FROM ${quoteTable(crossing.table)} o
    WHERE ${isSet} AND NOT EXISTS (SELECT FROM ${quoteTable(crossing.references)} r WHERE ${matches.join(' AND ')})`;
  const { rows } = await client.query<{ checked: string; orphans: string; examples: string[] }>(
    `SELECT (SELECT count(*) FROM ${quoteTable(crossing.table)} o WHERE ${isSet}) AS checked,
            (SELECT count(*) ${orphans}) AS orphans,
            ARRAY(SELECT concat_ws(', ', ${columns.join(', ')}) ${orphans} LIMIT ${EXAMPLES}) AS examples`,
  );
  const [row] = rows;
  return {
    checked: Number(row?.checked ?? '0'),
    orphans: Number(row?.orphans ?? '0'),
    examples: row?.examples ?? [],
  };
}

async function checkBetween(
  crossing: Crossing,
  referencing: pg.Client,
  referenced: pg.Client,
): Promise<Found> {
  const columns = crossing.columns.map(quote);
  const cursor = quote(`references_${crossing.constraint}`.slice(0, 60));
  const names = columns.map((_, index) => `k${index}`);
  const types = await columnTypes(referenced, crossing);
  const statement = `
    SELECT ARRAY[${names.map((name) => `k.${name}`).join(', ')}] AS key
      FROM unnest(${names.map((_, index) => `$${index + 1}::text[]`).join(', ')}) AS k (${names.join(', ')})
     WHERE NOT EXISTS (SELECT FROM ${quoteTable(crossing.references)} r
            WHERE ${crossing.referencedColumns.map((column, index) => `r.${quote(column)} = k.k${index}::${types[index] ?? 'text'}`).join(' AND ')})`;
  let checked = 0;
  let orphans = 0;
  const examples: string[] = [];
  await referencing.query(
    `DECLARE ${cursor} NO SCROLL CURSOR FOR
       SELECT ARRAY[${columns.map((column) => `${column}::text`).join(', ')}] AS key
         FROM (SELECT DISTINCT ${columns.join(', ')} FROM ${quoteTable(crossing.table)}
                WHERE ${columns.map((column) => `${column} IS NOT NULL`).join(' AND ')}) AS d`,
  );
  for (;;) {
    const { rows } = await referencing.query<{ key: string[] }>(`FETCH ${BATCH} FROM ${cursor}`);
    if (rows.length === 0) break;
    checked += rows.length;
    const given = names.map((_, index) => rows.map(({ key }) => key[index]));
    const found = await referenced.query<{ key: string[] }>(statement, given);
    orphans += found.rows.length;
    examples.push(...found.rows.slice(0, EXAMPLES - examples.length).map(({ key }) => key.join(', ')));
  }
  await referencing.query(`CLOSE ${cursor}`);
  return { checked, orphans, examples };
}

/** So that the referenced table's index is used. */
async function columnTypes(client: pg.Client, crossing: Crossing): Promise<ReadonlyArray<string>> {
  const { rows } = await client.query<{ type: string }>(
    `SELECT format_type(a.atttypid, a.atttypmod) AS type
       FROM unnest($2::text[]) WITH ORDINALITY AS wanted (name, place)
       JOIN pg_attribute a ON a.attrelid = $1::regclass AND a.attname = wanted.name ORDER BY wanted.place`,
    [quoteTable(crossing.references), crossing.referencedColumns],
  );
  return rows.map(({ type }) => type);
}
