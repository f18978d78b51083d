import { displayName, type Catalog, type QualifiedName, type Table } from '../catalog/index.js';
import { badMapping, type MappedTable, type Mapping } from '../mapping/index.js';

/** A table with the service that the mapping gives it to. */
export interface OwnedTable {
  readonly service: string;
  /** Where it lies now: in its place, or where `adopt` has not moved it from yet. */
  readonly table: Table;
  readonly mapped: MappedTable;
  readonly inPlace: boolean;
}

/** Which service each table of a database belongs to. */
export interface Ownership {
  readonly services: ReadonlyArray<string>;
  readonly tables: ReadonlyArray<OwnedTable>;
  /** Tables of the database that the mapping does not name, partitions of named ones apart. */
  readonly unmapped: ReadonlyArray<QualifiedName>;
  /** The service of a table by where it lies now; a partition is its parent's. */
  serviceOf(table: QualifiedName): string | undefined;
}

/**
 * Finds every table of the mapping in the database: under its place, or else under the name that it had before.
 *
 * @throws {MigrationError} `BAD_MAPPING` with every table or column that does not fit
 */
export function findOwnership(catalog: Catalog, mapping: Mapping): Ownership {
  const byName = new Map(catalog.tables.map((table) => [displayName(table), table]));
  const mistakes: string[] = [];
  const tables: OwnedTable[] = [];
  for (const [service, { tables: mappedTables }] of Object.entries(mapping.services)) {
    for (const mapped of mappedTables) {
      const place = `${mapped.schema}.${mapped.table}`;
      const before = mapped.from === undefined ? undefined : `${mapped.from.schema}.${mapped.from.table}`;
      const [here, there] = [byName.get(place), before === undefined ? undefined : byName.get(before)];
      const table = here ?? there;
      if (table === undefined) {
        const names = before === undefined ? place : `${place} nor ${before}`;
        mistakes.push(`services.${service}: the database has no table ${names}.`);
        continue;
      }
      if (here !== undefined && there !== undefined && place !== before) {
        mistakes.push(
          `services.${service}: both ${place} and ${String(before)} are tables; it can be one only.`,
        );
        continue;
      }
      mistakes.push(...columnMistakes(service, table, mapped));
      tables.push({ service, table, mapped, inPlace: here !== undefined });
    }
  }
  if (mistakes.length > 0) throw badMapping('The mapping does not fit the database; it', mistakes);

  const services = new Map(tables.map(({ service, table }) => [displayName(table), service]));
  const serviceOf = (name: QualifiedName): string | undefined => {
    const own = services.get(displayName(name));
    const parent = byName.get(displayName(name))?.parent;
    return own ?? (parent === undefined ? undefined : serviceOf(parent));
  };
  return {
    services: Object.keys(mapping.services),
    tables,
    unmapped: catalog.tables
      .filter((table) => serviceOf(table) === undefined)
      .map(({ schema, name }) => ({ schema, name })),
    serviceOf,
  };
}

function columnMistakes(service: string, table: Table, mapped: MappedTable): ReadonlyArray<string> {
  if (mapped.columns === undefined) return [];
  const wanted = new Set(mapped.columns);
  const present = new Set(table.columns.map(({ name }) => name));
  const prefix = `services.${service}: ${displayName(table)}`;
  return [
    ...table.columns
      .filter(({ name }) => !wanted.has(name))
      .map(({ name }) => `${prefix} has a column ${name} that the mapping leaves out.`),
    ...mapped.columns
      .filter((name) => !present.has(name))
      .map((name) => `${prefix} has no column ${name}, which the mapping names.`),
  ];
}
