import {
  displayName,
  quoteName,
  sameName,
  STATE_SCHEMA,
  type Catalog,
  type Column,
  type QualifiedName,
  type Routine,
  type Sequence,
  type Table,
  type Trigger,
} from '../catalog/index.js';
import { quote, quoteText } from '../state/index.js';

/** What makes a service's tables on another server: first what rows need, then what is quicker to build afterwards. */
export interface SchemaStatements {
  readonly first: ReadonlyArray<string>;
  /** Functions: some need the tables, some are needed by them, and PostgreSQL alone knows which. */
  readonly routines: ReadonlyArray<string>;
  readonly tables: ReadonlyArray<string>;
  readonly deferred: ReadonlyArray<string>;
}

/** Puts the definition of a service's tables together from the catalogs of the database that has them. */
export function schemaStatements(catalog: Catalog, tables: ReadonlyArray<Table>): SchemaStatements {
  const sequences = catalog.sequences.filter(({ identity, ownedBy, usedBy }) => {
    const users = [...usedBy, ...(ownedBy === undefined ? [] : [ownedBy])];
    return !identity && users.some(({ table }) => tables.some((candidate) => sameName(candidate, table)));
  });
  const routines = neededRoutines(catalog, tables);
  const schemas = new Set(
    [...tables, ...sequences, ...routines, ...userTypes(tables)].map(({ schema }) => schema),
  );
  return {
    first: [
      ...[...schemas].map((schema) => `CREATE SCHEMA IF NOT EXISTS ${quote(schema)}`),
      ...typeStatements(catalog, tables),
      ...sequences.map(
        (sequence) =>
          `CREATE SEQUENCE ${quoteName(sequence)} AS ${sequence.type} ${sequenceOptions(sequence)}`,
      ),
    ],
    routines: routines.flatMap(({ definition }) => (definition === undefined ? [] : [definition])),
    tables: [
      ...tables.map((table) => createTable(catalog, table)),
      ...sequences.flatMap(({ ownedBy, ...sequence }) =>
        ownedBy === undefined || !tables.some((table) => sameName(table, ownedBy.table))
          ? []
          : [
              `ALTER SEQUENCE ${quoteName(sequence)} OWNED BY ${quoteName(ownedBy.table)}.${quote(ownedBy.column)}`,
            ],
      ),
      ...tables.flatMap(replicaIdentityStatements),
    ],
    deferred: [...secondaryStatements(catalog, tables), ...triggerStatements(catalog, tables)],
  };
}

/** What can wait until the rows are there: unique constraints and indexes, then the service's own foreign keys. */
export function secondaryStatements(catalog: Catalog, tables: ReadonlyArray<Table>): ReadonlyArray<string> {
  return [
    ...tables.flatMap((table) => [
      ...table.constraints
        .filter(
          ({ kind, name }) => (kind === 'unique' || kind === 'exclusion') && !isReplicaIdentity(table, name),
        )
        .map(({ name, definition }) => addConstraint(table, name, definition)),
      ...table.indexes
        .filter((index) => index.constraint === undefined && index.valid && !index.replicaIdentity)
        .map(({ definition }) => definition),
    ]),
    ...innerForeignKeys(catalog, tables).map(({ table, name, definition }) =>
      addConstraint(table, name, definition),
    ),
  ];
}

/** Removes from empty tables what {@link secondaryStatements} builds after the copy. */
export function dropSecondaryStatements(
  catalog: Catalog,
  tables: ReadonlyArray<Table>,
): ReadonlyArray<string> {
  return [
    ...innerForeignKeys(catalog, tables).map(
      ({ table, name }) => `ALTER TABLE ${quoteName(table)} DROP CONSTRAINT ${quote(name)}`,
    ),
    ...tables.flatMap((table) => [
      ...table.constraints
        .filter(
          ({ kind, name }) => (kind === 'unique' || kind === 'exclusion') && !isReplicaIdentity(table, name),
        )
        .map(({ name }) => `ALTER TABLE ${quoteName(table)} DROP CONSTRAINT ${quote(name)}`),
      ...table.indexes
        .filter((index) => index.constraint === undefined && index.valid && !index.replicaIdentity)
        .map(({ name }) => `DROP INDEX ${quoteName({ schema: table.schema, name })}`),
    ]),
  ];
}

/** Foreign keys that stay whole: both ends are the service's own. */
function innerForeignKeys(catalog: Catalog, tables: ReadonlyArray<Table>): Catalog['foreignKeys'] {
  const isOwn = (name: QualifiedName): boolean => tables.some((table) => sameName(table, name));
  return catalog.foreignKeys.filter(({ table, referencedTable }) => isOwn(table) && isOwn(referencedTable));
}

function addConstraint(table: QualifiedName, name: string, definition: string): string {
  return `ALTER TABLE ${quoteName(table)} ADD CONSTRAINT ${quote(name)} ${definition}`;
}

function isReplicaIdentity(table: Table, constraint: string): boolean {
  return table.indexes.some((index) => index.constraint === constraint && index.replicaIdentity);
}

function createTable(catalog: Catalog, table: Table): string {
  const early = table.constraints.filter(
    ({ kind, name }) => kind === 'primary key' || kind === 'check' || isReplicaIdentity(table, name),
  );
  const lines = [
    ...table.columns.map((column) => columnDefinition(catalog, table, column)),
    ...early.map(({ name, definition }) => `CONSTRAINT ${quote(name)} ${definition}`),
  ];
  return `CREATE TABLE ${quoteName(table)} (\n  ${lines.join(',\n  ')}\n)`;
}

function columnDefinition(catalog: Catalog, table: Table, column: Column): string {
  return [
    quote(column.name),
    column.type,
    column.collation === undefined ? '' : `COLLATE ${column.collation}`,
    column.notNull ? 'NOT NULL' : '',
    column.default === undefined ? '' : `DEFAULT ${column.default}`,
    column.generated === undefined
      ? ''
      : `GENERATED ALWAYS AS (${column.generated.expression}) ${column.generated.stored ? 'STORED' : 'VIRTUAL'}`,
    column.identity === undefined ? '' : identityClause(catalog, table, column),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function identityClause(catalog: Catalog, table: Table, column: Column): string {
  const sequence = catalog.sequences.find(
    ({ identity, ownedBy }) =>
      identity && ownedBy !== undefined && sameName(ownedBy.table, table) && ownedBy.column === column.name,
  );
  const options =
    sequence === undefined ? '' : ` (SEQUENCE NAME ${quoteName(sequence)} ${sequenceOptions(sequence)})`;
  return `GENERATED ${column.identity === 'always' ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY${options}`;
}

function sequenceOptions(sequence: Sequence): string {
  const { start, increment, minimum, maximum, cache, cycle } = sequence;
  return `START ${start} INCREMENT ${increment} MINVALUE ${minimum} MAXVALUE ${maximum} CACHE ${cache}${cycle ? ' CYCLE' : ''}`;
}

function replicaIdentityStatements(table: Table): ReadonlyArray<string> {
  const index = table.indexes.find(({ replicaIdentity }) => replicaIdentity);
  if (table.replicaIdentity === 'full') return [`ALTER TABLE ${quoteName(table)} REPLICA IDENTITY FULL`];
  if (table.replicaIdentity !== 'index' || index === undefined) return [];
  return [
    ...(index.constraint === undefined ? [index.definition] : []),
    `ALTER TABLE ${quoteName(table)} REPLICA IDENTITY USING INDEX ${quote(index.name)}`,
  ];
}

function userTypes(tables: ReadonlyArray<Table>): ReadonlyArray<QualifiedName> {
  return tables.flatMap(({ columns }) =>
    columns.flatMap(({ userType }) => (userType === undefined ? [] : [userType])),
  );
}

function typeStatements(catalog: Catalog, tables: ReadonlyArray<Table>): ReadonlyArray<string> {
  const used = userTypes(tables);
  return catalog.types
    .filter((type) => used.some((name) => sameName(name, type)))
    .map((type) => {
      if (type.kind === 'enum') {
        return `CREATE TYPE ${quoteName(type)} AS ENUM (${type.labels.map(quoteText).join(', ')})`;
      }
      return `CREATE DOMAIN ${quoteName(type)} AS ${type.domain ?? 'text'}`;
    });
}

/** Functions of the tables' triggers, and those that defaults, checks and indexes name. */
function neededRoutines(catalog: Catalog, tables: ReadonlyArray<Table>): ReadonlyArray<Routine> {
  const triggers = ownTriggers(catalog, tables);
  const expressions = tables.flatMap((table) => [
    ...table.columns.flatMap((column) => [column.default ?? '', column.generated?.expression ?? '']),
    ...table.constraints.map(({ definition }) => definition),
    ...table.indexes.map(({ definition }) => definition),
  ]);
  const ownSchemas = new Set(tables.map(({ schema }) => schema));
  return catalog.routines.filter(
    (routine) =>
      (routine.language === 'sql' || routine.language === 'plpgsql') &&
      ((ownSchemas.has(routine.schema) && routine.schema !== 'public') ||
        triggers.some((trigger) => sameName(trigger.function, routine)) ||
        expressions.some((text) => text.includes(`${displayName(routine)}(`))),
  );
}

function triggerStatements(catalog: Catalog, tables: ReadonlyArray<Table>): ReadonlyArray<string> {
  return ownTriggers(catalog, tables).flatMap(({ name, table, definition, enabled }) => {
    const how = { O: undefined, R: 'ENABLE REPLICA', A: 'ENABLE ALWAYS', D: 'DISABLE' }[enabled];
    return [
      definition,
      ...(how === undefined ? [] : [`ALTER TABLE ${quoteName(table)} ${how} TRIGGER ${quote(name)}`]),
    ];
  });
}

/** Not those that the migration itself puts on them. */
function ownTriggers(catalog: Catalog, tables: ReadonlyArray<Table>): ReadonlyArray<Trigger> {
  return catalog.triggers.filter(
    (trigger) =>
      trigger.function.schema !== STATE_SCHEMA &&
      tables.some((candidate) => sameName(candidate, trigger.table)),
  );
}
