import { crashPoint } from '@supergraph/platform/events';
import pg from 'pg';
import { displayName } from '../catalog/index.js';
import { MigrationError } from '../errors/index.js';
import { withSource, type AdoptOptions } from './adopt.js';
import { deleteAdoption, readAdoptions, readStartedServices } from './adoption-state.js';
import { moveTableBack } from './move-table.js';
import { removeEmptySchemas } from './schemas.js';
import { withTableLocked } from './short-transaction.js';

/** What was taken back. Names are written `schema.name`. */
export interface UndoResult {
  readonly returned: ReadonlyArray<{ readonly from: string; readonly place: string }>;
}

/**
 * Moves the tables that `adopt` moved back under their old names, the last one first. Like `adopt` it goes on where a
 * killed run stopped.
 *
 * @throws {MigrationError} `WRONG_STATE` when a service has begun to move to another database, `UNFIT_TABLE` when
 * something new stands on a view, `TIMED_OUT`, `ALREADY_RUNNING`, `UNREACHABLE`
 */
export async function undoAdopt(options: AdoptOptions): Promise<UndoResult> {
  return withSource('adopt --undo', options, async (client, services) => {
    const adoptions = (await readAdoptions(client)).filter(({ service }) => services.includes(service));
    const started = (await readStartedServices(client)).filter((service) =>
      adoptions.some((adoption) => adoption.service === service),
    );
    if (started.length > 0) {
      throw new MigrationError(
        'WRONG_STATE',
        `The move of ${started.join(', ')} to another database has begun, and replication finds tables by their new ` +
          'names. Nothing was changed. Roll that back and finish it first.',
      );
    }
    const tell = options.onProgress ?? (() => undefined);
    const returned: { readonly from: string; readonly place: string }[] = [];
    for (const adoption of [...adoptions].reverse()) {
      const [from, place] = [displayName(adoption.from), displayName(adoption.place)];
      try {
        await withTableLocked(client, adoption.place, options, async () => {
          await moveTableBack(client, adoption);
          crashPoint('adopt.insideReturn');
          await deleteAdoption(client, adoption);
        });
      } catch (error) {
        throw explained(error, from, place);
      }
      crashPoint('adopt.afterReturn');
      returned.push({ from, place });
      tell(`${place} is ${from} again.`);
    }
    if (adoptions.length > 0) await removeEmptySchemas(client);
    return { returned };
  });
}

function explained(error: unknown, from: string, place: string): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  if (error.code === DEPENDENT_OBJECTS_STILL_EXIST) {
    return new MigrationError(
      'UNFIT_TABLE',
      `The view ${from} cannot go, because something was built on it since: ${error.detail ?? error.message}. ` +
        `Drop that or build it on ${place}, then run this again.`,
      { cause: error },
    );
  }
  if (error.code === UNDEFINED_TABLE) {
    return new MigrationError(
      'UNFIT_TABLE',
      `The table ${place} is gone: somebody renamed or dropped it. Put it back under that name, then run this again.`,
      { cause: error },
    );
  }
  return error;
}

const DEPENDENT_OBJECTS_STILL_EXIST = '2BP01';
const UNDEFINED_TABLE = '42P01';
