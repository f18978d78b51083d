import type { Finding } from '../checks/finding.js';
import { checkGraph } from '../checks/check-graph.js';
import type { PlanSummaries } from '../operations/plan-summary.js';
import { printPlanSummaries } from '../operations/plan-summary.js';
import { readProjectFiles, replaceFile } from './project-files.js';

/** What became of one committed file. */
export interface WrittenFile {
  /** From the project's root, with `/`. */
  readonly file: string;
  readonly change: 'created' | 'updated' | 'unchanged';
}

export type CompositionOutcome =
  | {
      readonly type: 'written';
      readonly files: ReadonlyArray<WrittenFile>;
      readonly services: ReadonlyArray<string>;
      /** What `checkSchema` will still object to: crossing fields, operations that are no longer valid. */
      readonly findings: ReadonlyArray<Finding>;
      readonly plans: PlanSummaries;
    }
  /** Errors or hints: nothing was written. */
  | { readonly type: 'refused'; readonly findings: ReadonlyArray<Finding> };

/**
 * Composes the committed SDLs and writes `schema/supergraph.graphql`, `schema/api.graphql` and
 * `schema/operations/plans.json`, unless composition has an error or a hint.
 * @throws ServicesFileError, MissingFileError when the services cannot be read.
 */
export async function writeComposition(rootDirectory: string): Promise<CompositionOutcome> {
  const files = await readProjectFiles(rootDirectory);
  const graph = await checkGraph({ ...files, publishedSdl: undefined });
  const refusals = graph.findings.filter(({ code }) => refusing.has(code));
  if (refusals.length > 0 || graph.supergraphSdl === undefined || graph.apiSdl === undefined) {
    return { type: 'refused', findings: refusals };
  }
  const texts = [
    {
      file: 'schema/supergraph.graphql',
      path: files.paths.supergraph,
      before: files.supergraph,
      after: graph.supergraphSdl,
    },
    { file: 'schema/api.graphql', path: files.paths.api, before: files.api, after: graph.apiSdl },
    {
      file: 'schema/operations/plans.json',
      path: files.paths.plans,
      before: files.plans,
      after: printPlanSummaries(graph.plans),
    },
  ];
  const written: WrittenFile[] = [];
  for (const { file, path, before, after } of texts) {
    if (before !== after) await replaceFile(path, after);
    written.push({
      file,
      change: before === undefined ? 'created' : before === after ? 'unchanged' : 'updated',
    });
  }
  return {
    type: 'written',
    files: written,
    services: files.subgraphs.map(({ name }) => name),
    findings: graph.findings,
    plans: graph.plans,
  };
}

const refusing: ReadonlySet<Finding['code']> = new Set<Finding['code']>([
  'COMPOSITION_ERROR',
  'COMPOSITION_HINT',
  'CLIENT_SCHEMA_ERROR',
]);
