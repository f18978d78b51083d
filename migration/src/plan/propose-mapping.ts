import { displayName, readCatalog, type Catalog } from '../catalog/index.js';
import { MigrationError } from '../errors/index.js';
import { parseMapping, type Mapping } from '../mapping/index.js';
import { findCrossingKeys } from './find-keys.js';
import { readOnly } from './open-source.js';
import { findOwnership } from './ownership.js';

/** A first mapping, for a person to go on with. */
export interface MappingProposal {
  readonly mapping: Mapping;
  /** What was guessed or left out. */
  readonly notes: ReadonlyArray<string>;
}

/**
 * Guesses a mapping from a database's schemas: a schema with tables is a service. Tables stay where they are.
 *
 * @throws {MigrationError} `UNFIT_SERVER` when there is no table, and as `makePlan` does
 */
export async function proposeMapping(url: string): Promise<MappingProposal> {
  return proposalFor(await readOnly(url, (client) => readCatalog(client)));
}

/** Does the same from what was read. */
export function proposalFor(catalog: Catalog): MappingProposal {
  const tables = catalog.tables.filter(
    ({ parent, name }) => parent === undefined && !HISTORIES.includes(name),
  );
  const left = catalog.tables.filter(({ name }) => HISTORIES.includes(name));
  if (tables.length === 0) {
    throw new MigrationError(
      'UNFIT_SERVER',
      `The database ${catalog.server.database} has no tables to move.`,
    );
  }
  const services: Record<string, { tables: { schema: string; table: string }[] }> = {};
  for (const { schema, name } of tables) {
    (services[serviceName(schema)] ??= { tables: [] }).tables.push({ schema, table: name });
  }
  const draft = parseMapping({ version: 1, services });
  const crossings = findCrossingKeys(catalog, findOwnership(catalog, draft), draft).map(
    ({ crossing }) => crossing,
  );
  const notes = [
    ...(Object.keys(services).length === 1
      ? [
          `All tables lie in one schema, so they became one service. Split "${Object.keys(services).join('')}" by hand: ` +
            'give each service its tables, each with the schema and name that it shall get and, in "from", those that it has.',
        ]
      : []),
    ...left.map((table) => `${displayName(table)} keeps a migration tool's history and was left out.`),
  ];
  return { mapping: parseMapping({ version: 1, services, crossings }), notes };
}

/** Tables in which tools note what they did to this very database. */
const HISTORIES: ReadonlyArray<string> = [
  '_prisma_migrations',
  'knex_migrations',
  'knex_migrations_lock',
  'flyway_schema_history',
  'databasechangelog',
  'databasechangeloglock',
  'schema_migrations',
  'SequelizeMeta',
];

/** A service's name must do for slots and files. */
function serviceName(schema: string): string {
  const name = schema
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/^[^a-z]+/, '')
    .slice(0, 30);
  return name === '' ? 'service' : name;
}
