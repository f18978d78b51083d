import { collectObjects } from '../data/collect-objects.js';
import type { ResponseObject } from '../data/response-object.js';
import type { ExecutableNode } from '../plan/executable-plan.js';
import type { Execution } from './execution.js';
import { runFetch } from './run-fetch.js';

/**
 * Runs a plan: fetches what it says in the order that it says, and puts the response's data together in
 * `execution.root`. It rejects for mistakes of the router only, never for a subgraph's failure.
 */
export async function runPlan(execution: Execution, node: ExecutableNode): Promise<void> {
  await run(execution, node, ROOT, [execution.root]);
}

const ROOT: ReadonlyArray<string | number> = [];

async function run(
  execution: Execution,
  node: ExecutableNode,
  path: ReadonlyArray<string | number>,
  targets: ReadonlyArray<ResponseObject>,
): Promise<void> {
  switch (node.kind) {
    case 'fetch':
      return runFetch(execution, { operation: node.operation, path, targets });
    case 'sequence':
      for (const each of node.nodes) {
        await run(execution, each, path, targets);
      }
      return;
    case 'parallel':
      await Promise.all(node.nodes.map((each) => run(execution, each, path, targets)));
      return;
    case 'flatten': {
      const below = collectObjects(targets, node.path);
      return below.length === 0
        ? undefined
        : run(execution, node.node, path.length === 0 ? node.path : [...path, ...node.path], below);
    }
    case 'condition': {
      const branch = execution.coercedVariables[node.variable] === true ? node.whenTrue : node.whenFalse;
      return branch && run(execution, branch, path, targets);
    }
  }
}
