import type pg from 'pg';
import { quoteName, sameName, type Catalog, type Sequence, type Table } from '../catalog/index.js';

/** Numbers that nobody will draw again are left out, so that one drawn at the last moment is not drawn twice. */
const MARGIN = 1_000n;

/** Sequences that the tables' columns draw from, identity columns' too. */
export function sequencesOf(catalog: Catalog, tables: ReadonlyArray<Table>): ReadonlyArray<Sequence> {
  return catalog.sequences.filter(({ ownedBy, usedBy }) =>
    [...usedBy, ...(ownedBy === undefined ? [] : [ownedBy])].some(({ table }) =>
      tables.some((candidate) => sameName(candidate, table)),
    ),
  );
}

/**
 * Sets the sequences of one side behind everything that the other side has drawn. A sequence that is further already
 * stays where it is.
 *
 * @param sequences as `from` has them; one that `to` lacks is left out
 */
export async function advanceSequences(
  from: pg.Client,
  to: pg.Client,
  sequences: ReadonlyArray<Sequence>,
): Promise<void> {
  if (sequences.length === 0) return;
  const values = await lastValues(from, sequences);
  const present = await lastValues(to, sequences);
  const wanted = sequences.flatMap((sequence) => {
    const name = quoteName(sequence);
    const [drawn, there] = [values.get(name), present.get(name)];
    if (drawn === undefined || there === undefined) return [];
    const increment = BigInt(sequence.increment);
    const next = drawn + MARGIN * increment;
    const [minimum, maximum] = [BigInt(sequence.minimum), BigInt(sequence.maximum)];
    // At the end of its range a margin would be the end of all drawing.
    const bounded = next > maximum || next < minimum ? drawn : next;
    const isFurther = increment > 0n ? there >= bounded : there <= bounded;
    return isFurther ? [] : [{ name, value: bounded }];
  });
  if (wanted.length === 0) return;
  await to.query(
    `SELECT ${wanted.map((_, index) => `setval($${index * 2 + 1}::regclass, $${index * 2 + 2}::bigint)`).join(', ')}`,
    wanted.flatMap(({ name, value }) => [name, value.toString()]),
  );
}

async function lastValues(
  client: pg.Client,
  sequences: ReadonlyArray<Sequence>,
): Promise<ReadonlyMap<string, bigint>> {
  const names = sequences.map(quoteName);
  const exists = await client.query<{ name: string }>(
    'SELECT given.name FROM unnest($1::text[]) AS given (name) WHERE to_regclass(given.name) IS NOT NULL',
    [names],
  );
  const found = exists.rows.map(({ name }) => name);
  if (found.length === 0) return new Map();
  const { rows } = await client.query<{ name: string; value: string }>(
    found
      .map((name, index) => `SELECT $${index + 1}::text AS name, last_value::text AS value FROM ${name}`)
      .join(' UNION ALL '),
    found,
  );
  return new Map(rows.map(({ name, value }) => [name, BigInt(value)]));
}
