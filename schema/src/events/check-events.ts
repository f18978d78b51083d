import type { Finding } from '../checks/finding.js';
import { findBreakingEventChanges } from './event-changes.js';
import { parseEventSchemas, type EventFile, type EventSchema } from './event-schemas.js';

/**
 * Checks the contracts of events against their own rules and against what consumers were last promised.
 *
 * @param published the text of `schema/published-events.json`; undefined before the first time
 */
export function checkEvents(options: {
  readonly files: ReadonlyArray<EventFile>;
  readonly published: string | undefined;
  readonly services: ReadonlyArray<string>;
}): ReadonlyArray<Finding> {
  const { schemas, problems } = parseEventSchemas(options.files, options.services);
  const mistakes = problems.map(({ fileName, message }): Finding => ({
    severity: 'error',
    code: 'EVENT_SCHEMA_INVALID',
    subject: `schema/events/${fileName}`,
    message,
    action: 'Mend the file: services are built from it.',
  }));
  // A file that cannot be read is not a contract that is gone.
  if (options.published === undefined || mistakes.length > 0) {
    return mistakes;
  }
  return findBreakingEventChanges(parsePublished(options.published), schemas).map(
    ({ id, place, message }): Finding => ({
      severity: 'error',
      code: 'EVENT_CHANGE_BREAKS',
      subject: `${id} at ${place}`,
      message,
      action: `Leave ${id} as it was, and add the next major version beside it: ${nextVersion(id)}.`,
    }),
  );
}

/** The text of `schema/published-events.json` for what is there now. */
export function renderPublishedEvents(
  files: ReadonlyArray<EventFile>,
  services: ReadonlyArray<string>,
): string {
  const { schemas } = parseEventSchemas(files, services);
  return `${JSON.stringify(Object.fromEntries(schemas.map(({ id, schema }) => [id, schema])), null, 2)}\n`;
}

function parsePublished(text: string): ReadonlyArray<Pick<EventSchema, 'id' | 'schema'>> {
  const published = JSON.parse(text) as Readonly<Record<string, EventSchema['schema']>>;
  return Object.entries(published).map(([id, schema]) => ({ id, schema }));
}

function nextVersion(id: string): string {
  const [type = '', version] = id.split('/');
  const next = Number(version) + 1;
  return `schema/events/${type}.${next}.json with the $id ${type}/${next}`;
}
