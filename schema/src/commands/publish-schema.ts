import type { SchemaChange } from '../checks/schema-changes.js';
import { renderPublishedEvents } from '../events/check-events.js';
import type { CheckResult } from './check-result.js';
import { checkSchema } from './check-schema.js';
import { readProjectFiles, replaceFile } from './project-files.js';

export type PublishOutcome =
  | {
      readonly type: 'published';
      /** Whether this is the first promise to clients. */
      readonly first: boolean;
      /** What moved against the promise before; empty the first time and when nothing moved. */
      readonly changes: ReadonlyArray<SchemaChange>;
      /** How many acknowledged changes are now part of the promise and were cleared. */
      readonly clearedAcknowledgements: number;
    }
  /** The check found errors: nothing was written. */
  | { readonly type: 'refused'; readonly check: CheckResult };

/**
 * Promises the client schema to clients and the contracts of events to consumers: copies `schema/api.graphql` to
 * `schema/published.graphql` and `schema/events` to `schema/published-events.json` when `checkSchema` finds no error,
 * and empties `schema/acknowledged-changes.json`.
 * @throws ServicesFileError, MissingFileError when the services cannot be read.
 */
export async function publishSchema(rootDirectory: string): Promise<PublishOutcome> {
  const check = await checkSchema(rootDirectory);
  if (!check.ok) return { type: 'refused', check };
  const files = await readProjectFiles(rootDirectory);
  if (files.published !== files.api) await replaceFile(files.paths.published, files.api ?? '');
  const services = files.subgraphs.map(({ name }) => name);
  const events = renderPublishedEvents(files.eventFiles, services);
  if (files.publishedEvents !== events) await replaceFile(files.paths.publishedEvents, events);
  const noAcknowledgements = '[]\n';
  if (files.acknowledgements !== noAcknowledgements) {
    await replaceFile(files.paths.acknowledgements, noAcknowledgements);
  }
  return {
    type: 'published',
    first: files.published === undefined,
    changes: check.changes,
    clearedAcknowledgements: check.changes.filter(({ acknowledged }) => acknowledged).length,
  };
}
