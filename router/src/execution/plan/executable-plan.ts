import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import { FetchOperation } from '../fetch/fetch-operation.js';

/** A query plan, made ready to be run many times. */
export type ExecutableNode =
  | { readonly kind: 'sequence' | 'parallel'; readonly nodes: ReadonlyArray<ExecutableNode> }
  | {
      readonly kind: 'flatten';
      readonly path: ReadonlyArray<string | number>;
      readonly node: ExecutableNode;
    }
  | {
      readonly kind: 'condition';
      /** A variable of the operation. */
      readonly variable: string;
      readonly whenTrue: ExecutableNode | undefined;
      readonly whenFalse: ExecutableNode | undefined;
    }
  | { readonly kind: 'fetch'; readonly operation: FetchOperation };

/**
 * Makes a plan ready to be run.
 *
 * @returns undefined when there is nothing to fetch
 * @throws Error when the plan is for a subscription, defers a part, or passes values by `@context`
 */
export function toExecutable({ node }: QueryPlan): ExecutableNode | undefined {
  if (node?.kind === 'Subscription') {
    throw new Error('The plan is for a subscription, which the router does not execute.');
  }
  return node && convert(node);
}

function convert(node: PlanNode): ExecutableNode {
  switch (node.kind) {
    case 'Sequence':
      return { kind: 'sequence', nodes: node.nodes.map(convert) };
    case 'Parallel':
      return { kind: 'parallel', nodes: node.nodes.map(convert) };
    case 'Flatten':
      return { kind: 'flatten', path: node.path, node: convert(node.node) };
    case 'Condition':
      return {
        kind: 'condition',
        variable: node.condition,
        whenTrue: node.ifClause && convert(node.ifClause),
        whenFalse: node.elseClause && convert(node.elseClause),
      };
    case 'Fetch':
      return { kind: 'fetch', operation: new FetchOperation(node) };
    case 'Defer':
      throw new Error('The plan defers a part of the response, which the router does not execute.');
  }
}

/** Every fetch of a plan, those of conditions that do not hold included. */
export function fetchesOf(node: ExecutableNode | undefined): ReadonlyArray<FetchOperation> {
  switch (node?.kind) {
    case undefined:
      return [];
    case 'fetch':
      return [node.operation];
    case 'flatten':
      return fetchesOf(node.node);
    case 'condition':
      return [...fetchesOf(node.whenTrue), ...fetchesOf(node.whenFalse)];
    case 'sequence':
    case 'parallel':
      return node.nodes.flatMap(fetchesOf);
  }
}
