import { crashPoint } from '@supergraph/platform/events';
import {
  displayName,
  quoteName,
  readCatalog,
  STATE_SCHEMA,
  type Catalog,
  type Table,
} from '../catalog/index.js';
import { inTransaction } from '../connections/index.js';
import { MigrationError } from '../errors/index.js';
import { findTables } from '../mapping/index.js';
import type { MoveContext } from '../move/index.js';
import { shapeDifferences } from './compare-shapes.js';
import { grantStatements } from './grants.js';
import { runSchemaCommand } from './run-command.js';
import { dropSecondaryStatements, schemaStatements, secondaryStatements } from './statements.js';

/**
 * Makes the service's empty tables on the target, without what is quicker to build after the copy, and notes that for
 * later. What was made before is left as it is.
 *
 * @throws MigrationError `TARGET_NOT_EMPTY`, `UNFIT_TABLE`, `COMMAND_FAILED`
 */
export async function makeTargetSchema(
  context: MoveContext,
  source: { readonly catalog: Catalog; readonly tables: ReadonlyArray<Table> },
): Promise<void> {
  const { service, mapped, target, report } = context;
  const { rows: made } = await target.query<{ complete: boolean }>(
    `SELECT complete FROM ${STATE_SCHEMA}.made_schema WHERE service = $1`,
    [service],
  );
  if (made[0]?.complete !== true) {
    const present = await presentTables(context, source.tables);
    const filled = present.filter(({ rows }) => rows).map(({ label }) => label);
    if (filled.length > 0 && made.length === 0)
      throw notEmpty(service, `it has rows in ${filled.join(', ')}`);
    if (mapped.targetSchema.kind === 'copy') {
      if (present.length > 0)
        throw notEmpty(service, `it has ${present.map(({ label }) => label).join(', ')} already`);
      report({ kind: 'step', text: 'making the tables on the target as the source has them' });
      await copySchema(context, source);
    } else {
      report({
        kind: 'step',
        text: `making the tables on the target: ${mapped.targetSchema.command.join(' ')}`,
      });
      await target.query(
        `INSERT INTO ${STATE_SCHEMA}.made_schema (service, complete) VALUES ($1, false) ON CONFLICT DO NOTHING`,
        [service],
      );
      crashPoint('start.beforeSchemaCommand');
      await runSchemaCommand(mapped.targetSchema, context.endpoints.target);
      crashPoint('start.afterSchemaCommand');
      await deferSecondary(context);
    }
  }
  await requireSameShapes(context, source);
}

/** @throws MigrationError `UNFIT_TABLE` with every difference between the two sides' tables */
export async function requireSameShapes(
  { service, mapped, target }: Pick<MoveContext, 'service' | 'mapped' | 'target'>,
  source: { readonly catalog: Catalog; readonly tables: ReadonlyArray<Table> },
): Promise<void> {
  const catalog = await readCatalog(target);
  const tables = findTables(
    service,
    { ...mapped, tables: mapped.tables.map(({ columns: _, ...rest }) => rest) },
    catalog,
    'the target',
  );
  const differences = shapeDifferences(source, { catalog, tables });
  if (differences.length > 0) {
    throw new MigrationError(
      'UNFIT_TABLE',
      `The tables of ${service} are not the same on both sides:\n${differences.map((line) => `  - ${line}`).join('\n')}\n` +
        'Bring them together, then run this again.',
    );
  }
}

function notEmpty(service: string, why: string): MigrationError {
  return new MigrationError(
    'TARGET_NOT_EMPTY',
    `The target of ${service} is not empty: ${why}. Give an empty database, or drop those tables when nobody needs them.`,
  );
}

async function presentTables(
  { target }: MoveContext,
  tables: ReadonlyArray<Table>,
): Promise<ReadonlyArray<{ readonly label: string; readonly rows: boolean }>> {
  const present = [];
  for (const table of tables) {
    const { rows } = await target.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [
      quoteName(table),
    ]);
    if (rows[0]?.found !== true) continue;
    const filled = await target.query(`SELECT 1 FROM ${quoteName(table)} LIMIT 1`);
    present.push({ label: displayName(table), rows: filled.rowCount === 1 });
  }
  return present;
}

async function copySchema(
  { service, target, source: from }: MoveContext,
  source: { readonly catalog: Catalog; readonly tables: ReadonlyArray<Table> },
): Promise<void> {
  const statements = schemaStatements(source.catalog, source.tables);
  const roles = await target.query<{ name: string; self: string }>(
    'SELECT rolname AS name, current_user AS self FROM pg_roles',
  );
  const extensions = await neededExtensions(from, source.tables);
  await inTransaction(target, async () => {
    await target.query('SET LOCAL check_function_bodies = off');
    for (const extension of extensions) await target.query(extension);
    for (const statement of statements.first) await target.query(statement);
    const postponed: string[] = [];
    for (const routine of statements.routines) {
      await target.query('SAVEPOINT routine');
      try {
        await target.query(routine);
      } catch {
        // Its arguments or its result are rows of the tables: it is made once these are there.
        await target.query('ROLLBACK TO SAVEPOINT routine');
        postponed.push(routine);
      }
    }
    for (const statement of [...statements.tables, ...postponed]) await target.query(statement);
    const names = new Set(roles.rows.map(({ name }) => name));
    const grants = grantStatements(source.catalog, source.tables, names, roles.rows[0]?.self ?? '');
    for (const grant of grants) await target.query(grant);
    await noteMade(target, service, statements.deferred);
  });
}

/**
 * A program made everything, indexes too: what is quicker to build later is taken away. Rows that it put there are removed by
 * the copy, which begins with empty tables.
 */
async function deferSecondary({ service, mapped, target }: MoveContext): Promise<void> {
  const catalog = await readCatalog(target);
  const tables = findTables(service, mapped, catalog, 'the target');
  await inTransaction(target, async () => {
    const deferred = secondaryStatements(catalog, tables);
    for (const statement of dropSecondaryStatements(catalog, tables)) await target.query(statement);
    await noteMade(target, service, deferred);
  });
}

async function noteMade(
  target: MoveContext['target'],
  service: string,
  deferred: ReadonlyArray<string>,
): Promise<void> {
  await target.query(`DELETE FROM ${STATE_SCHEMA}.deferred_statement WHERE service = $1`, [service]);
  await target.query(
    `INSERT INTO ${STATE_SCHEMA}.deferred_statement (service, position, statement)
     SELECT $1, position, statement FROM unnest($2::text[]) WITH ORDINALITY AS given (statement, position)`,
    [service, deferred],
  );
  await target.query(
    `INSERT INTO ${STATE_SCHEMA}.made_schema (service, complete) VALUES ($1, true)
     ON CONFLICT (service) DO UPDATE SET complete = true`,
    [service],
  );
}

/** Extensions whose types, operator classes or functions the tables use. */
async function neededExtensions(
  source: MoveContext['source'],
  tables: ReadonlyArray<Table>,
): Promise<ReadonlyArray<string>> {
  const { rows } = await source.query<{ extension: string; schema: string }>(
    `SELECT DISTINCT quote_ident(e.extname) AS extension, quote_ident(n.nspname) AS schema
       FROM pg_depend uses
       JOIN pg_depend member ON member.classid = uses.refclassid AND member.objid = uses.refobjid AND member.deptype = 'e'
       JOIN pg_extension e ON e.oid = member.refobjid
       JOIN pg_namespace n ON n.oid = e.extnamespace
      WHERE uses.deptype IN ('n', 'a')
        AND ((uses.classid = 'pg_class'::regclass AND uses.objid IN (
               SELECT r.oid FROM unnest($1::text[]) AS given (name), LATERAL (SELECT to_regclass(given.name) AS oid) r
               UNION SELECT indexrelid FROM pg_index WHERE indrelid IN (SELECT to_regclass(name) FROM unnest($1::text[]) AS given (name))))
          OR (uses.classid = 'pg_attrdef'::regclass AND uses.objid IN (
               SELECT oid FROM pg_attrdef WHERE adrelid IN (SELECT to_regclass(name) FROM unnest($1::text[]) AS given (name)))))`,
    [tables.map(quoteName)],
  );
  return rows.flatMap(({ extension, schema }) => [
    `CREATE SCHEMA IF NOT EXISTS ${schema}`,
    `CREATE EXTENSION IF NOT EXISTS ${extension} WITH SCHEMA ${schema}`,
  ]);
}
