import { parseAcknowledgements, unusedAcknowledgements } from '../checks/acknowledgements.js';
import { acknowledgementFindings, changeFindings } from '../checks/change-findings.js';
import { checkGraph } from '../checks/check-graph.js';
import { driftFinding, planChangeFindings } from '../checks/drift.js';
import type { Finding } from '../checks/finding.js';
import { checkEvents } from '../events/check-events.js';
import type { CheckResult } from './check-result.js';
import { checkResult, judgeChanges } from './check-result.js';
import { readProjectFiles } from './project-files.js';
import type { UsageReport } from '../usage/usage-report.js';

/**
 * Checks what is committed: the services compose without a hint; `supergraph.graphql`, `api.graphql` and
 * `operations/plans.json` are what comes out of it; every field that crosses a service boundary is nullable;
 * every saved operation is valid; no unacknowledged change breaks what was published; the contracts of events keep
 * their rules and break no consumer. Writes nothing.
 * @param usage how clients used the graph: told with each change that can break them
 * @throws ServicesFileError, MissingFileError when the services cannot be read.
 */
export async function checkSchema(rootDirectory: string, usage?: UsageReport): Promise<CheckResult> {
  const files = await readProjectFiles(rootDirectory);
  const graph = await checkGraph({ ...files, publishedSdl: files.published });
  const { acknowledgements, problems } = parseAcknowledgements(files.acknowledgements);
  // Without a client schema nothing is known of the changes, so no acknowledgement is known to be unused.
  const unused = graph.apiSdl === undefined ? [] : unusedAcknowledgements(graph.changes, acknowledgements);
  const findings = [
    ...graph.findings,
    ...driftFinding('schema/supergraph.graphql', files.supergraph, graph.supergraphSdl),
    ...driftFinding('schema/api.graphql', files.api, graph.apiSdl),
    ...(graph.apiSdl === undefined
      ? []
      : planChangeFindings(files.plans, graph.plans, files.operationFiles, 'error')),
    ...changeFindings(graph.changes, acknowledgements, today(), usage),
    ...acknowledgementFindings(problems, unused),
    ...checkEvents({
      files: files.eventFiles,
      published: files.publishedEvents,
      services: files.subgraphs.map(({ name }) => name),
    }),
    ...(files.published === undefined ? [notPublished] : []),
  ];
  return checkResult({
    services: files.subgraphs.map(({ name }) => name),
    findings,
    changes: judgeChanges(graph.changes, acknowledgements, usage),
    plans: graph.plans,
  });
}

/** The day as acknowledgements write it. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

const notPublished: Finding = {
  severity: 'warning',
  code: 'NOT_PUBLISHED',
  subject: 'schema/published.graphql',
  message: 'Nothing has been published yet, so nothing can be broken.',
  action: 'Promise the schema to clients with npm run schema:publish.',
};
