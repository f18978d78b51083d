import { buildSchema } from 'graphql';
import { manifestOf, type OperationsManifest } from '../operations/operations-manifest.js';
import {
  parseSavedOperations,
  validateOperation,
  type OperationProblem,
} from '../operations/saved-operations.js';
import { MissingFileError, readFiles, readProjectFiles } from './project-files.js';

/** What became of {@link buildManifest}. */
export type ManifestOutcome =
  | { readonly type: 'manifest'; readonly manifest: OperationsManifest }
  /** Operations that no client could send. */
  | { readonly type: 'refused'; readonly problems: ReadonlyArray<OperationProblem> };

/**
 * Lists the operations of a folder of `.graphql` files for the router's safelist: the project's saved operations, when
 * no other folder is given.
 *
 * @throws MissingFileError when the folder has none, or `schema/api.graphql` is not there
 */
export async function buildManifest(rootDirectory: string, folder?: string): Promise<ManifestOutcome> {
  const { api, operationFiles, paths } = await readProjectFiles(rootDirectory);
  if (api === undefined) {
    throw new MissingFileError(`${paths.api} is not there: write it with \`npm run schema:compose\`.`);
  }
  const files = folder === undefined ? operationFiles : await readFiles(folder, '.graphql');
  if (files.length === 0) {
    throw new MissingFileError(
      `${folder ?? paths.operations} holds no .graphql files: name the folder that does.`,
    );
  }
  const schema = buildSchema(api);
  const { operations, problems } = parseSavedOperations(files);
  const all = [...problems, ...operations.flatMap((operation) => validateOperation(schema, operation))];
  return all.length > 0
    ? { type: 'refused', problems: all }
    : { type: 'manifest', manifest: manifestOf(operations) };
}
