import { crashPoint } from '@supergraph/platform/events';
import type pg from 'pg';
import { displayName, readCatalog, sameName, type Catalog } from '../catalog/index.js';
import { connect, disconnect, inTransaction } from '../connections/index.js';
import { MigrationError } from '../errors/index.js';
import { serviceOf, type Mapping } from '../mapping/index.js';
import { requireVersion } from '../plan/open-source.js';
import { findOwnership } from '../plan/ownership.js';
import { loadParser } from '../plan/parse-sql.js';
import { acquireRunLock, applicationNameFor } from '../state/index.js';
import { ensureAdoptionState, writeAdoption } from './adoption-state.js';
import { requireMovable } from './check-adoption.js';
import { moveTable, type TableMove } from './move-table.js';
import { rehearse } from './rehearse.js';
import { ensureSchemas } from './schemas.js';
import { withTableLocked, type Patience } from './short-transaction.js';

/** What `adopt` and its undoing are asked for. */
export interface AdoptOptions extends Patience {
  /** As the owner of the tables, straight to the server. */
  readonly url: string;
  readonly mapping: Mapping;
  /** All of the mapping when not given. */
  readonly services?: ReadonlyArray<string> | undefined;
  /** Tries everything and changes nothing. */
  readonly rehearseOnly?: boolean | undefined;
  /** Goes on although recorded statements would fail on a view. */
  readonly despiteFailures?: boolean | undefined;
  /** Told what happens, a sentence at a time. */
  readonly onProgress?: ((message: string) => void) | undefined;
}

/** What `adopt` did. Names are written `schema.name`. */
export interface AdoptResult {
  readonly moved: ReadonlyArray<{ readonly from: string; readonly place: string }>;
  /** Tables that lay in their places already. */
  readonly inPlace: ReadonlyArray<string>;
  readonly notes: ReadonlyArray<string>;
}

/**
 * Moves the tables of a mapping into their places within the same database, each in a short transaction of its own, and
 * leaves updatable views under their old names. What a killed run had moved stays moved, and the next run goes on.
 *
 * @throws {MigrationError} `BAD_MAPPING`, `UNFIT_TABLE` (nothing was changed), `TIMED_OUT`, `ALREADY_RUNNING`,
 * `UNREACHABLE`, `TOO_OLD`
 */
export async function adopt(options: AdoptOptions): Promise<AdoptResult> {
  await loadParser();
  return withSource('adopt', options, async (client, services) => {
    const catalog = await inTransaction(client, () => readCatalog(client), READ_ONLY);
    const ownership = findOwnership(catalog, options.mapping);
    const chosen = ownership.tables.filter(({ service }) => services.includes(service));
    const moves: ReadonlyArray<TableMove> = chosen
      .filter(({ inPlace }) => !inPlace)
      .map(({ service, table, mapped }) => ({
        service,
        table,
        from: { schema: table.schema, name: table.name },
        place: { schema: mapped.schema, name: mapped.table },
      }));
    const inPlace = chosen.filter((table) => table.inPlace).map(({ table }) => displayName(table));
    requireMovable(catalog, moves);
    const tell = options.onProgress ?? (() => undefined);
    const rehearsal = await rehearse(client, catalog, moves, options);
    crashPoint('adopt.afterRehearsal');
    if (moves.length > 0) tell(`${rehearsal.tried} statements and functions were tried on views.`);
    if (rehearsal.failures.length > 0 && options.despiteFailures !== true) {
      throw new MigrationError(
        'UNFIT_TABLE',
        `Nothing was changed, because this works with a table and not with a view:\n${rehearsal.failures
          .map((line) => `  - ${line}`)
          .join('\n')}\nChange these statements first, or go on despite them.`,
      );
    }
    const notes = [...rehearsal.notes, ...rehearsal.failures, ...notesOn(catalog, moves)];
    if (options.rehearseOnly === true) return { moved: [], inPlace, notes };
    await ensureAdoptionState(client);
    crashPoint('adopt.afterState');
    await ensureSchemas(client, catalog.server.role, moves);
    for (const move of moves) {
      await withTableLocked(client, move.from, options, async () => {
        await moveTable(client, move, catalog.server.role);
        crashPoint('adopt.insideMove');
        await writeAdoption(client, move);
      });
      crashPoint('adopt.afterMove');
      tell(`${displayName(move.from)} is now ${displayName(move.place)}.`);
    }
    return {
      moved: moves.map(({ from, place }) => ({ from: displayName(from), place: displayName(place) })),
      inPlace,
      notes,
    };
  });
}

const READ_ONLY = 'BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY';

/** Connects, makes sure that nobody else works on these services, and runs the work. */
export async function withSource<Result>(
  command: string,
  options: Pick<AdoptOptions, 'url' | 'mapping' | 'services'>,
  work: (client: pg.Client, services: ReadonlyArray<string>) => Promise<Result>,
): Promise<Result> {
  const services = [...(options.services ?? Object.keys(options.mapping.services))].sort();
  services.forEach((service) => serviceOf(options.mapping, service));
  const client = await connect(options.url, {
    what: 'the source',
    applicationName: applicationNameFor(
      command,
      services.length === 1 ? (services[0] ?? '') : 'all services',
    ),
  });
  try {
    await requireVersion(client);
    for (const service of services) await acquireRunLock(client, service);
    return await work(client, services);
  } finally {
    await disconnect(client);
  }
}

/** What a person should know, though nothing recorded shows it. */
function notesOn(catalog: Catalog, moves: ReadonlyArray<TableMove>): ReadonlyArray<string> {
  return moves.flatMap(({ from, place }) => [
    ...catalog.sequences
      .filter(({ ownedBy }) => ownedBy !== undefined && sameName(ownedBy.table, from))
      .filter(() => from.schema !== place.schema)
      .map(
        (sequence) =>
          `The sequence ${displayName(sequence)} moves to ${place.schema} with its table: code that calls it by name must say so.`,
      ),
    ...catalog.tables
      .filter(({ parent }) => parent !== undefined && sameName(parent, from))
      .map((part) => `${displayName(part)} is a part of ${displayName(from)} and stays where it is.`),
  ]);
}
