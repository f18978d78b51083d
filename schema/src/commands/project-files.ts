import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { SubgraphSource } from '../composition/compose-supergraph.js';
import type { EventFile } from '../events/event-schemas.js';
import type { OperationFile } from '../operations/saved-operations.js';
import { readServices, routingUrl } from '../services.js';

/** Where the committed files lie; absolute paths. */
export interface ProjectPaths {
  readonly supergraph: string;
  readonly api: string;
  readonly published: string;
  readonly acknowledgements: string;
  readonly operations: string;
  readonly plans: string;
  readonly events: string;
  readonly publishedEvents: string;
}

/** What is committed about the graph. A text is undefined when its file is not there. */
export interface ProjectFiles {
  readonly paths: ProjectPaths;
  readonly subgraphs: ReadonlyArray<SubgraphSource>;
  readonly operationFiles: ReadonlyArray<OperationFile>;
  readonly supergraph: string | undefined;
  readonly api: string | undefined;
  readonly published: string | undefined;
  readonly acknowledgements: string | undefined;
  readonly plans: string | undefined;
  readonly eventFiles: ReadonlyArray<EventFile>;
  readonly publishedEvents: string | undefined;
}

/** A file that the project needs is not there. */
export class MissingFileError extends Error {
  override readonly name = 'MissingFileError';
}

/**
 * Reads what is committed below the project's root.
 * @throws ServicesFileError when the list of services cannot be used.
 * @throws MissingFileError when a service of the list has no SDL.
 */
export async function readProjectFiles(rootDirectory: string): Promise<ProjectFiles> {
  const schema = resolve(rootDirectory, 'schema');
  const operations = join(schema, 'operations');
  const paths: ProjectPaths = {
    supergraph: join(schema, 'supergraph.graphql'),
    api: join(schema, 'api.graphql'),
    published: join(schema, 'published.graphql'),
    acknowledgements: join(schema, 'acknowledged-changes.json'),
    operations,
    plans: join(operations, 'plans.json'),
    events: join(schema, 'events'),
    publishedEvents: join(schema, 'published-events.json'),
  };
  const [
    subgraphs,
    operationFiles,
    eventFiles,
    supergraph,
    api,
    published,
    acknowledgements,
    plans,
    publishedEvents,
  ] = await Promise.all([
    readSubgraphs(rootDirectory),
    readFiles(operations, '.graphql'),
    readFiles(paths.events, '.json'),
    readText(paths.supergraph),
    readText(paths.api),
    readText(paths.published),
    readText(paths.acknowledgements),
    readText(paths.plans),
    readText(paths.publishedEvents),
  ]);
  return {
    paths,
    subgraphs,
    operationFiles,
    eventFiles,
    supergraph,
    api,
    published,
    acknowledgements,
    plans,
    publishedEvents,
  };
}

/** The services' committed SDLs, with where the embedded default serves them. */
export async function readSubgraphs(rootDirectory: string): Promise<ReadonlyArray<SubgraphSource>> {
  return Promise.all(
    readServices(rootDirectory).map(async (service) => {
      const sdl = await readText(service.sdlFile);
      if (sdl !== undefined) return { name: service.name, url: routingUrl(service), sdl };
      throw new MissingFileError(
        `${service.sdlFile} is not there: write the service's SDL, or take "${service.name}" out of subgraphs/services.json.`,
      );
    }),
  );
}

/** Replaces a file, or makes it, in one step: a reader sees the old text or the new one, never a part. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(temporary, text);
  await rename(temporary, file);
}

/** The files of a folder that end so, by name; none when there is no such folder. */
export async function readFiles(folder: string, ending: string): Promise<ReadonlyArray<OperationFile>> {
  const names = await readdir(folder).catch(whenMissing<string[]>([]));
  const fileNames = names.filter((name) => name.endsWith(ending)).sort();
  return Promise.all(
    fileNames.map(async (fileName) => ({ fileName, text: (await readText(join(folder, fileName))) ?? '' })),
  );
}

/** A checkout may have turned line ends into CRLF; what is compared has LF. */
async function readText(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(whenMissing(undefined));
  return text?.replaceAll('\r\n', '\n');
}

function whenMissing<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}
