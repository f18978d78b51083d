import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/** One service of the graph, as the one list of services (`subgraphs/services.json`) names it. */
export interface Service {
  /** Its name in the supergraph, in table schemas and in folder names: `auth`. */
  readonly name: string;
  /** Absolute path of its folder. */
  readonly folder: string;
  /** Absolute path of its SDL. */
  readonly sdlFile: string;
  /** Where it listens on the embedded default. */
  readonly port: number;
  /** Its database's name. */
  readonly database: string;
  /** Where its database listens on the embedded default. */
  readonly databasePort: number;
  /** The services that it asks directly, besides being asked by the router. */
  readonly calls: ReadonlyArray<string>;
  /** The services whose events it reads. */
  readonly listensTo: ReadonlyArray<string>;
  /** Names of secrets of its own, without the prefix: `KEY_ENCRYPTION_SECRET`. */
  readonly secrets: ReadonlyArray<string>;
  /** What its environment variables begin with: `AUTH` in `AUTH_DATABASE_URL`. */
  readonly environmentPrefix: string;
}

/** The list of services cannot be used; the message names every mistake, one a line. */
export class ServicesFileError extends Error {
  override readonly name = 'ServicesFileError';
}

const nameRule = 'use lower-case letters, digits and underscores, beginning with a letter';
const identifier = z.string().regex(/^[a-z][a-z0-9_]*$/, nameRule);
const port = z.int().min(1).max(65_535);
const serviceList = z
  .array(
    z.strictObject({
      name: identifier,
      port,
      database: identifier,
      databasePort: port,
      calls: z.array(identifier).default([]),
      listensTo: z.array(identifier).default([]),
      secrets: z
        .array(z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'use capital letters, digits and underscores'))
        .default([]),
    }),
  )
  .min(1, 'name at least one service');

type ListedService = z.infer<typeof serviceList>[number];

/**
 * Reads `subgraphs/services.json` below the project's root, in the order of the file.
 * @throws ServicesFileError when the file is missing, is no JSON or breaks a rule.
 */
export function readServices(rootDirectory: string): ReadonlyArray<Service> {
  const subgraphs = resolve(rootDirectory, 'subgraphs');
  const file = join(subgraphs, 'services.json');
  const listed = serviceList.safeParse(readJson(file));
  const mistakes = listed.success
    ? findMistakes(listed.data)
    : listed.error.issues.map((issue) => `${describePath(issue.path)}: ${issue.message}`);
  if (!listed.success || mistakes.length > 0) {
    throw new ServicesFileError(
      [`${file} cannot be used:`, ...mistakes.map((text) => `  - ${text}`)].join('\n'),
    );
  }
  return listed.data.map((service) => {
    const folder = join(subgraphs, service.name);
    return {
      ...service,
      folder,
      sdlFile: join(folder, 'schema.graphql'),
      environmentPrefix: service.name.toUpperCase(),
    };
  });
}

/** Where the router finds a service on the embedded default; written into the committed supergraph. */
export function routingUrl(service: Pick<Service, 'port'>): string {
  return `http://localhost:${service.port}/graphql`;
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ServicesFileError(`${file} cannot be read. It lists every service; create it.`, {
      cause: error,
    });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ServicesFileError(`${file} is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
}

function findMistakes(services: ReadonlyArray<ListedService>): ReadonlyArray<string> {
  const names = new Set(services.map((service) => service.name));
  return [
    ...duplicates(services, 'name', (service) => [service.name]),
    ...duplicates(services, 'port', (service) => [service.port, service.databasePort]),
    ...duplicates(services, 'database', (service) => [service.database]),
    ...services.flatMap((service) => [
      ...findStrangers(service, 'calls', names),
      ...findStrangers(service, 'listensTo', names),
    ]),
  ];
}

function findStrangers(
  service: ListedService,
  list: 'calls' | 'listensTo',
  names: ReadonlySet<string>,
): ReadonlyArray<string> {
  const verb = list === 'calls' ? 'calls' : 'listens to';
  return service[list].flatMap((other) => {
    if (other === service.name) return [`"${service.name}" ${verb} itself: remove it from its "${list}"`];
    return names.has(other)
      ? []
      : [`"${service.name}" ${verb} "${other}", which is not in the list: add it or remove it there`];
  });
}

function duplicates(
  services: ReadonlyArray<ListedService>,
  what: string,
  valuesOf: (service: ListedService) => ReadonlyArray<string | number>,
): ReadonlyArray<string> {
  const counts = new Map<string | number, number>();
  for (const value of services.flatMap(valuesOf)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > 1)
    .map(([value]) => `the ${what} ${value} is used twice: choose another`);
}

function describePath(path: ReadonlyArray<PropertyKey>): string {
  const [index, ...rest] = path;
  return index === undefined ? 'the list' : [`service ${Number(index) + 1}`, ...rest.map(String)].join(' › ');
}
