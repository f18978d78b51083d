/** The text of one file of `schema/events`. */
export interface EventFile {
  /** `auth.user.registered.json`. */
  readonly fileName: string;
  readonly text: string;
}

/** The contract of one event type in one major version. */
export interface EventSchema {
  /** `auth.user.registered/1`. */
  readonly id: string;
  readonly fileName: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

export interface EventProblem {
  readonly fileName: string;
  readonly message: string;
}

const IDENTITY = /^([a-z][a-z0-9-]*(?:\.[a-z][a-z0-9_]*){2,})\/([1-9]\d*)$/;

/**
 * Reads the contracts of events. A file is named after the type, from the second major version on with the number:
 * `auth.user.registered.2.json`.
 *
 * @param services the names that a type may begin with
 */
export function parseEventSchemas(
  files: ReadonlyArray<EventFile>,
  services: ReadonlyArray<string>,
): { readonly schemas: ReadonlyArray<EventSchema>; readonly problems: ReadonlyArray<EventProblem> } {
  const schemas: EventSchema[] = [];
  const problems: EventProblem[] = [];
  for (const { fileName, text } of files) {
    const read = readSchema(text);
    if (typeof read === 'string') {
      problems.push({ fileName, message: read });
      continue;
    }
    const id = String(read['$id']);
    const messages = describeMistakes(id, read, fileName, services);
    problems.push(...messages.map((message) => ({ fileName, message })));
    if (messages.length === 0) {
      schemas.push({ id, fileName, schema: read });
    }
  }
  return { schemas, problems };
}

function readSchema(text: string): Readonly<Record<string, unknown>> | string {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : 'It must be one JSON Schema, an object.';
  } catch (error) {
    return `It is not valid JSON: ${(error as Error).message}.`;
  }
}

function describeMistakes(
  id: string,
  schema: Readonly<Record<string, unknown>>,
  fileName: string,
  services: ReadonlyArray<string>,
): ReadonlyArray<string> {
  const [, type = '', version = ''] = IDENTITY.exec(id) ?? [];
  if (type === '') {
    return [`Its $id is "${id}"; write service.aggregate.happened/1, the number being the major version.`];
  }
  const expected = version === '1' ? `${type}.json` : `${type}.${version}.json`;
  const service = type.split('.')[0] ?? '';
  return [
    ...(fileName === expected ? [] : [`Its $id is "${id}": name the file ${expected}.`]),
    ...(services.includes(service) ? [] : [`No service "${service}" is listed that could tell it.`]),
    ...(typeof schema['description'] === 'string' ? [] : ['It has no description: say what happened.']),
    ...undescribedProperties(schema).map((name) => `The property "${name}" has no description.`),
  ];
}

function undescribedProperties(schema: Readonly<Record<string, unknown>>): ReadonlyArray<string> {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, { description?: unknown }>>;
  return Object.entries(properties)
    .filter(([, { description }]) => typeof description !== 'string')
    .map(([name]) => name);
}
