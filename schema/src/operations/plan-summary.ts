import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import type { PlanNode } from '@apollo/query-planner';
import { QueryPlanner } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import type { SavedOperation } from './saved-operations.js';

/** What an operation costs the services. */
export interface PlanSummary {
  /** The services that it asks, sorted. */
  readonly services: ReadonlyArray<string>;
  /** How many requests the router sends for it. */
  readonly fetches: number;
  /** How many of them follow one another on the longest way: each waits for the one before. */
  readonly depth: number;
}

export type PlanSummaries = Readonly<Record<string, PlanSummary>>;

/**
 * Plans operations against a supergraph, as the router does, and sums up each plan.
 * The operations must be valid on what clients see of the supergraph.
 * @throws Error when an operation cannot be planned
 */
export function summarizePlans(
  supergraphSdl: string,
  operations: ReadonlyArray<SavedOperation>,
): PlanSummaries {
  const supergraph = Supergraph.build(supergraphSdl, { supportedFeatures: null });
  const planner = new QueryPlanner(supergraph);
  const plan = (document: DocumentNode): PlanSummary => {
    const { node } = planner.buildQueryPlan(operationFromDocument(supergraph.apiSchema(), document));
    return summarizePlan(node?.kind === 'Subscription' ? node.primary : node);
  };
  const sorted = [...operations].sort((left, right) => (left.name < right.name ? -1 : 1));
  return Object.fromEntries(sorted.map(({ name, document }) => [name, plan(document)]));
}

/** Sums up one plan. Of the branches of a condition, the costlier counts. */
export function summarizePlan(node: PlanNode | undefined): PlanSummary {
  switch (node?.kind) {
    case undefined:
      return { services: [], fetches: 0, depth: 0 };
    case 'Fetch':
      return { services: [node.serviceName], fetches: 1, depth: 1 };
    case 'Flatten':
      return summarizePlan(node.node);
    case 'Sequence':
      return combine(node.nodes.map(summarizePlan), sum, sum);
    case 'Parallel':
      return combine(node.nodes.map(summarizePlan), sum, max);
    case 'Condition':
      return combine([node.ifClause, node.elseClause].map(summarizePlan), max, max);
    case 'Defer': {
      const deferred = node.deferred.map((part) => summarizePlan(part.node));
      return combine([summarizePlan(node.primary.node), combine(deferred, sum, max)], sum, sum);
    }
  }
}

/** The text of `plans.json`: an operation a line, so that a change shows as one. */
export function printPlanSummaries(summaries: PlanSummaries): string {
  const lines = Object.entries(summaries).map(([name, { services, fetches, depth }]) => {
    const list = services.map((service) => JSON.stringify(service)).join(', ');
    return `  ${JSON.stringify(name)}: { "services": [${list}], "fetches": ${fetches}, "depth": ${depth} }`;
  });
  return lines.length === 0 ? '{}\n' : `{\n${lines.join(',\n')}\n}\n`;
}

/** `4 fetches, 2 deep: admin, auth, payments, profile` */
export function describePlanSummary({ services, fetches, depth }: PlanSummary): string {
  return `${fetches} ${fetches === 1 ? 'fetch' : 'fetches'}, ${depth} deep: ${services.join(', ')}`;
}

type Fold = (numbers: ReadonlyArray<number>) => number;

function combine(parts: ReadonlyArray<PlanSummary>, foldFetches: Fold, foldDepth: Fold): PlanSummary {
  return {
    services: [...new Set(parts.flatMap(({ services }) => services))].sort(),
    fetches: foldFetches(parts.map(({ fetches }) => fetches)),
    depth: foldDepth(parts.map(({ depth }) => depth)),
  };
}

function sum(numbers: ReadonlyArray<number>): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function max(numbers: ReadonlyArray<number>): number {
  return Math.max(0, ...numbers);
}
