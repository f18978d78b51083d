import type { FetchOperation } from '../../execution/fetch/fetch-operation.js';
import type { ExecutableNode } from '../../execution/plan/executable-plan.js';
import type { FetchRecord } from '../../execution/run/fetch-record.js';
import type { DescribedNode, FetchRun } from './described-plan.js';

/**
 * Describes a plan with how its fetches went.
 *
 * @param fetches in the order in which they ended
 * @param startedAt when the request began, in the milliseconds of `performance.now()`
 */
export function describePlan(
  node: ExecutableNode,
  fetches: ReadonlyArray<FetchRecord>,
  startedAt: number,
): DescribedNode {
  const runs = new Map<FetchOperation, FetchRun>(
    fetches.map((record) => [record.planned, describeRun(record, startedAt)]),
  );
  return describe(node, runs);
}

function describe(node: ExecutableNode, runs: ReadonlyMap<FetchOperation, FetchRun>): DescribedNode {
  switch (node.kind) {
    case 'sequence':
    case 'parallel':
      return { kind: node.kind, nodes: node.nodes.map((each) => describe(each, runs)) };
    case 'flatten':
      return { kind: 'flatten', path: node.path, node: describe(node.node, runs) };
    case 'condition':
      return {
        kind: 'condition',
        variable: node.variable,
        whenTrue: node.whenTrue === undefined ? null : describe(node.whenTrue, runs),
        whenFalse: node.whenFalse === undefined ? null : describe(node.whenFalse, runs),
      };
    case 'fetch': {
      const { subgraph, text } = node.operation;
      return { kind: 'fetch', subgraph, operation: text, run: runs.get(node.operation) ?? null };
    }
  }
}

function describeRun(record: FetchRecord, startedAt: number): FetchRun {
  return {
    startMilliseconds: rounded(record.startedAt - startedAt),
    durationMilliseconds: rounded(record.durationMilliseconds),
    objects: record.objects,
    representations: record.representations,
    cached: record.cached ?? 0,
    sqlStatements: record.sqlStatements ?? null,
    answerLength: record.answerLength ?? null,
    failure: record.failure ?? null,
  };
}

/** To a hundredth of a millisecond. */
export function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
