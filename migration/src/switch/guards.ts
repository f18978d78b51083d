import { STATE_SCHEMA } from '../catalog/index.js';
import type { Crossing } from '../mapping/index.js';
import { namesFor, quote, quoteTable, quoteText } from '../state/index.js';

/** Where deletions wait that the target of the referencing table has to hear of by a stream of its own. */
export function referencesTableStatement(service: string): string {
  return `CREATE TABLE IF NOT EXISTS ${namesFor(service).referencesTable} (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), constraint_name text NOT NULL, key text[] NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp())`;
}

/**
 * What stands in for a crossing foreign key in the old database: a trigger on the referenced table. It acts on
 * deletions that are made there and on those that the stream back brings, and on the referencing rows of the old database,
 * from where the stream takes them to wherever they are served. What a stream back brought no stream passes on, lest it go
 * in circles; that is noted for {@link referencesTableStatement}'s stream.
 *
 * @param service that the referencing table belongs to
 */
export function guardStatements(
  crossing: Crossing,
  service: string,
): {
  readonly create: ReadonlyArray<string>;
  readonly drop: ReadonlyArray<string>;
} {
  const { constraint, table, references, columns, referencedColumns, replacement } = crossing;
  const name = `guard_${constraint}`.slice(0, 60);
  const trigger = quote(`zzz_supergraph_${name}`.slice(0, 63));
  const routine = `${STATE_SCHEMA}.${quote(name)}`;
  const drop = [
    `DROP TRIGGER IF EXISTS ${trigger} ON ${quoteTable(references)}`,
    `DROP FUNCTION IF EXISTS ${routine}()`,
  ];
  if (replacement === 'replica' || replacement === 'none') return { create: drop, drop };
  const matches = columns
    .map((column, index) => `${quote(column)} = OLD.${quote(referencedColumns[index] ?? '')}`)
    .join(' AND ');
  const referencing = quoteTable(table);
  const refusal = quoteText(
    `${references.schema}.${references.table} has rows in ${table.schema}.${table.table} that refer to it`,
  );
  const bodies = {
    delete: `DELETE FROM ${referencing} WHERE ${matches};`,
    'set-null': `UPDATE ${referencing} SET ${columns.map((column) => `${quote(column)} = NULL`).join(', ')} WHERE ${matches};`,
    refuse: `IF EXISTS (SELECT FROM ${referencing} WHERE ${matches}) THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation', MESSAGE = ${refusal};
      END IF;`,
  };
  const note =
    replacement === 'refuse'
      ? ''
      : `IF current_setting('session_replication_role') = 'replica' THEN
           INSERT INTO ${namesFor(service).referencesTable} (constraint_name, key)
             VALUES (${quoteText(constraint)}, ARRAY[${referencedColumns.map((column) => `OLD.${quote(column)}::text`).join(', ')}]);
         END IF;`;
  return {
    create: [
      ...drop,
      ...(replacement === 'refuse' ? [] : [referencesTableStatement(service)]),
      `CREATE FUNCTION ${routine}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $guard$
       DECLARE passed text := coalesce(current_setting('${STATE_SCHEMA}.pass', true), '');
       BEGIN
         -- The referencing rows may be locked here against everybody else.
         PERFORM set_config('${STATE_SCHEMA}.pass', 'on', true);
         ${bodies[replacement]}
         ${note}
         PERFORM set_config('${STATE_SCHEMA}.pass', passed, true);
         RETURN OLD;
       END $guard$`,
      `CREATE TRIGGER ${trigger} ${replacement === 'refuse' ? 'BEFORE' : 'AFTER'} DELETE ON ${quoteTable(references)} FOR EACH ROW EXECUTE FUNCTION ${routine}()`,
      // A deletion that the stream back brings has happened: it is carried out, and it cannot be refused any more.
      ...(replacement === 'refuse'
        ? []
        : [`ALTER TABLE ${quoteTable(references)} ENABLE ALWAYS TRIGGER ${trigger}`]),
    ],
    drop,
  };
}
