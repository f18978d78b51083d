import { displayName, readCatalog, type Catalog } from '../catalog/index.js';
import type { Mapping } from '../mapping/index.js';
import { findCrossingKeys } from './find-keys.js';
import { findCrossingObjects, routineName } from './find-objects.js';
import { findObstacles } from './find-obstacles.js';
import { findCrossingStatements } from './find-statements.js';
import { readOnly } from './open-source.js';
import { findOwnership, type Ownership } from './ownership.js';
import { loadParser } from './parse-sql.js';
import type { Plan } from './plan.js';
import { readStatements, type RecordedStatements } from './read-statements.js';
import { createResolver } from './resolve-names.js';
import { summarise } from './summarise.js';

/**
 * Finds all that couples the services of a mapping inside one database, and what stands in the way of moving them
 * apart. Reads only, in one transaction that could not write.
 *
 * @param url of any PostgreSQL from 13 on; the role needs no more than to connect
 * @throws {MigrationError} `BAD_CONNECTION`, `UNREACHABLE`, `TOO_OLD`, `BAD_MAPPING`
 */
export async function makePlan(url: string, mapping: Mapping): Promise<Plan> {
  await loadParser();
  const { catalog, recorded } = await readOnly(url, async (client) => ({
    catalog: await readCatalog(client),
    recorded: await readStatements(client),
  }));
  return planFor(catalog, recorded, mapping);
}

/** Does the same from what was read. Needs the parser loaded. */
export function planFor(catalog: Catalog, recorded: RecordedStatements, mapping: Mapping): Plan {
  const ownership: Ownership = findOwnership(catalog, mapping);
  const resolver = createResolver(catalog);
  const statements = findCrossingStatements(recorded, ownership, resolver);
  return {
    database: catalog.server.database,
    serverVersion: catalog.server.version,
    services: summarise(catalog, ownership),
    keys: findCrossingKeys(catalog, ownership, mapping, statements.crossing),
    objects: findCrossingObjects(catalog, ownership, resolver),
    statements,
    unreadRoutines: catalog.routines
      .map((routine) => ({ name: routineName(routine), why: resolver.unreadOf(routine) }))
      .filter(({ why }) => why.length > 0),
    obstacles: findObstacles(catalog, ownership),
    unmapped: ownership.unmapped.map(displayName),
  };
}
