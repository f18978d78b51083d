import { readFile } from 'node:fs/promises';
import { MigrationError } from '../errors/index.js';
import { mappingSchema, type MappedService, type Mapping, type TablePlace } from './mapping.js';

/**
 * Reads a mapping file.
 *
 * @throws {MigrationError} `BAD_MAPPING` with every mistake
 */
export async function readMapping(file: string): Promise<Mapping> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new MigrationError(
      'BAD_MAPPING',
      `The mapping ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}). ` +
        'Write one with `plan`, or name another with --mapping.',
      { cause: error },
    );
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new MigrationError('BAD_MAPPING', `${file} is not JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return parseMapping(content, file);
}

/**
 * Checks what a mapping file holds, as far as that can be done without a database.
 *
 * @param origin where it comes from, for the message
 * @throws {MigrationError} `BAD_MAPPING` with every mistake
 */
export function parseMapping(content: unknown, origin = 'The mapping'): Mapping {
  const parsed = mappingSchema.safeParse(content);
  if (!parsed.success) {
    throw badMapping(
      origin,
      parsed.error.issues.map((issue) => {
        // Of a name that does not fit, the reason lies one level deeper.
        const { message } = issue.code === 'invalid_key' ? (issue.issues[0] ?? issue) : issue;
        return `${issue.path.length === 0 ? 'the file' : issue.path.join('.')}: ${message}`;
      }),
    );
  }
  const mistakes = [...repeatedTables(parsed.data), ...unknownEnds(parsed.data)];
  if (mistakes.length > 0) throw badMapping(origin, mistakes);
  return parsed.data;
}

/** @throws {MigrationError} `BAD_ARGUMENT` when the mapping has no such service */
export function serviceOf(mapping: Mapping, service: string): MappedService {
  const found = Object.hasOwn(mapping.services, service) ? mapping.services[service] : undefined;
  if (found !== undefined) return found;
  throw new MigrationError(
    'BAD_ARGUMENT',
    `The mapping has no service "${service}". It has: ${Object.keys(mapping.services).join(', ')}.`,
  );
}

/** The service that a table goes to, by the name that it is moved under; undefined when it goes nowhere. */
export function ownerOf(mapping: Mapping, place: TablePlace): string | undefined {
  return Object.entries(mapping.services).find(([, { tables }]) =>
    tables.some(({ schema, table }) => schema === place.schema && table === place.table),
  )?.[0];
}

export function badMapping(origin: string, mistakes: ReadonlyArray<string>): MigrationError {
  const lines = [...new Set(mistakes)].map((mistake) => `  - ${mistake}`);
  return new MigrationError('BAD_MAPPING', `${origin} cannot be used:\n${lines.join('\n')}`);
}

function repeatedTables(mapping: Mapping): ReadonlyArray<string> {
  const mistakes: string[] = [];
  const owners = { now: new Map<string, string>(), before: new Map<string, string>() };
  for (const [service, { tables }] of Object.entries(mapping.services)) {
    for (const { schema, table, from, columns } of tables) {
      const place = `${schema}.${table}`;
      const before = from === undefined ? place : `${from.schema}.${from.table}`;
      const other = owners.now.get(place) ?? owners.before.get(before);
      if (other !== undefined) {
        mistakes.push(
          `services.${service}: the table ${before} is named twice` +
            `${other === service ? '' : `, by ${other} too`}; a table belongs to one service.`,
        );
      }
      owners.now.set(place, service);
      owners.before.set(before, service);
      const twice = columns?.find((column, index) => columns.indexOf(column) !== index);
      if (twice !== undefined)
        mistakes.push(`services.${service}: ${place} names its column ${twice} twice.`);
    }
  }
  return mistakes;
}

function unknownEnds(mapping: Mapping): ReadonlyArray<string> {
  return mapping.crossings.flatMap(({ constraint, table, references }) => {
    const [from, to] = [ownerOf(mapping, table), ownerOf(mapping, references)];
    const missing = [from === undefined ? table : undefined, to === undefined ? references : undefined]
      .filter((place) => place !== undefined)
      .map((place) => `crossings: ${constraint} names ${place.schema}.${place.table}, which no service has.`);
    if (missing.length > 0 || from !== to) return missing;
    return [
      `crossings: both ends of ${constraint} belong to ${String(from)}; it crosses nothing and moves along.`,
    ];
  });
}
