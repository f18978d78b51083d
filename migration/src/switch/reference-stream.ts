import { STATE_SCHEMA } from '../catalog/index.js';
import { crashPoint } from '@supergraph/platform/events';
import { ownerOf, type Crossing } from '../mapping/index.js';
import type { MoveContext } from '../move/index.js';
import { dropStream, ensureSlot, ensureSubscription, type Stream } from '../replication/index.js';
import { quote, quoteTable, quoteText } from '../state/index.js';
import { referencesTableStatement } from './guards.js';

/*
 * A row is deleted in the database of a service that has moved, and rows of this service, which has moved too, referred to
 * it. The deletion comes to the old database by that service's stream back; from there this stream takes it on.
 */

function streamOf({ source, target, endpoints, names }: MoveContext): Stream {
  return {
    publisher: source,
    subscriber: target,
    publisherUrl: endpoints.sourceForServers,
    name: names.references,
    publication: names.references,
  };
}

/** Begins to tell the target which rows of other services were deleted. Running it again changes nothing. */
export async function startReferenceStream(context: MoveContext): Promise<void> {
  const { source, target, service, mapping, names } = context;
  const crossings = mapping.crossings.filter(
    ({ table, replacement }) =>
      ownerOf(mapping, table) === service && (replacement === 'delete' || replacement === 'set-null'),
  );
  if (crossings.length === 0) return;
  for (const client of [source, target]) await client.query(referencesTableStatement(service));
  const routine = `${STATE_SCHEMA}.${quote(`act_on_reference_${service}`)}`;
  const actions = await Promise.all(crossings.map((crossing) => actionOf(context, crossing)));
  await target.query(`
    CREATE OR REPLACE FUNCTION ${routine}() RETURNS trigger LANGUAGE plpgsql AS $act$
    BEGIN
      CASE NEW.constraint_name
        ${actions.join('\n        ')}
        ELSE NULL;
      END CASE;
      RETURN NULL;
    END $act$`);
  await target.query(
    `CREATE OR REPLACE TRIGGER act_on_reference AFTER INSERT ON ${names.referencesTable} FOR EACH ROW EXECUTE FUNCTION ${routine}()`,
  );
  await target.query(`ALTER TABLE ${names.referencesTable} ENABLE REPLICA TRIGGER act_on_reference`);
  const { rowCount } = await source.query('SELECT 1 FROM pg_publication WHERE pubname = $1', [
    names.references,
  ]);
  if (rowCount === 0) {
    await source.query(`CREATE PUBLICATION ${quote(names.references)} FOR TABLE ${names.referencesTable}`);
  }
  crashPoint('cutover.afterReferencePublication');
  await ensureSlot(source, names.references);
  await ensureSubscription(streamOf(context), { origin: 'any', copy: false });
  crashPoint('cutover.afterReferenceStream');
}

/** Ends it, where there is one. */
export async function endReferenceStream(context: MoveContext): Promise<void> {
  const { source, target, names } = context;
  await dropStream(streamOf(context));
  await source.query(`DROP PUBLICATION IF EXISTS ${quote(names.references)}`);
  await target.query(`DROP TABLE IF EXISTS ${names.referencesTable}`);
}

async function actionOf({ source }: MoveContext, crossing: Crossing): Promise<string> {
  const { constraint, table, columns, replacement } = crossing;
  const { rows } = await source.query<{ type: string }>(
    `SELECT format_type(a.atttypid, a.atttypmod) AS type
       FROM unnest($2::text[]) WITH ORDINALITY AS wanted (name, place)
       JOIN pg_attribute a ON a.attrelid = $1::regclass AND a.attname = wanted.name ORDER BY wanted.place`,
    [quoteTable(table), columns],
  );
  const matches = columns
    .map((column, index) => `${quote(column)} = NEW.key[${index + 1}]::${rows[index]?.type ?? 'text'}`)
    .join(' AND ');
  const statement =
    replacement === 'delete'
      ? `DELETE FROM ${quoteTable(table)} WHERE ${matches}`
      : `UPDATE ${quoteTable(table)} SET ${columns.map((column) => `${quote(column)} = NULL`).join(', ')} WHERE ${matches}`;
  return `WHEN ${quoteText(constraint)} THEN ${statement};`;
}
