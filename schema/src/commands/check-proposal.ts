import { parseAcknowledgements } from '../checks/acknowledgements.js';
import { acknowledgementFindings, changeFindings } from '../checks/change-findings.js';
import { checkGraph } from '../checks/check-graph.js';
import { planChangeFindings } from '../checks/drift.js';
import type { SubgraphSource } from '../composition/compose-supergraph.js';
import { extractSubgraphs } from '../composition/extract-subgraphs.js';
import type { CheckResult } from './check-result.js';
import { checkResult, judgeChanges } from './check-result.js';
import { today } from './check-schema.js';
import { readProjectFiles } from './project-files.js';
import type { UsageReport } from '../usage/usage-report.js';

/** What one service would like to serve. */
export interface Proposal {
  /** One of the services, or a new one. */
  readonly service: string;
  /** Its SDL as proposed. */
  readonly sdl: string;
  /**
   * Text of the supergraph that is served now: the other services' SDLs are taken from it, so that services
   * deploy apart. Without it they are taken from what is committed.
   */
  readonly supergraphSdl?: string;
}

/**
 * Checks one service's proposed SDL against what the others serve, with all the checks of `checkSchema`, but
 * for what a proposal cannot help: committed files are not compared, a plan that changes is a warning, and an
 * acknowledgement without its change may be another proposal's. Writes nothing.
 * @param usage how clients used the graph: told with each change that can break them
 * @throws ServicesFileError, MissingFileError when the services cannot be read.
 * @throws GraphQLError when `supergraphSdl` is no valid supergraph.
 */
export async function checkProposal(
  rootDirectory: string,
  proposal: Proposal,
  usage?: UsageReport,
): Promise<CheckResult> {
  const files = await readProjectFiles(rootDirectory);
  const served =
    proposal.supergraphSdl === undefined ? files.subgraphs : extractSubgraphs(proposal.supergraphSdl);
  const subgraphs = withProposal(served, proposal);
  const graph = await checkGraph({ ...files, subgraphs, publishedSdl: files.published });
  const { acknowledgements, problems } = parseAcknowledgements(files.acknowledgements);
  return checkResult({
    service: proposal.service,
    services: subgraphs.map(({ name }) => name),
    findings: [
      ...graph.findings,
      ...(graph.apiSdl === undefined
        ? []
        : planChangeFindings(files.plans, graph.plans, files.operationFiles, 'warning')),
      ...changeFindings(graph.changes, acknowledgements, today(), usage),
      ...acknowledgementFindings(problems, []),
    ],
    changes: judgeChanges(graph.changes, acknowledgements, usage),
    plans: graph.plans,
  });
}

function withProposal(
  served: ReadonlyArray<SubgraphSource>,
  { service, sdl }: Proposal,
): ReadonlyArray<SubgraphSource> {
  // Nothing is sent there: a check only composes and plans.
  const url = served.find(({ name }) => name === service)?.url ?? 'http://localhost/graphql';
  return [...served.filter(({ name }) => name !== service), { name: service, url, sdl }];
}
