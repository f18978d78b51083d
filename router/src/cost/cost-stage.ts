import { GraphQLError, type OperationDefinitionNode } from 'graphql';
import type { AskedOperation } from '../execution/policy.js';
import type { Stage, StagedSupergraph } from '../supergraph/loaded-supergraph.js';
import { compileCost, type CostEstimate, type EstimateCost } from './compile-cost.js';
import type { CostSettings } from './configuration.js';
import { CostSchema } from './cost-schema.js';

/**
 * Makes the stage that estimates what operations cost, refuses those that may cost more than the limit before anything
 * is fetched, and tells a client that asks what its operation may cost. Without a limit it estimates only what
 * clients ask for.
 */
export function createCostStage({ sdl, planner }: StagedSupergraph, settings: CostSettings): Stage {
  const { maximum, assumedListLength } = settings;
  let schema: CostSchema | undefined;
  const compiled = new WeakMap<OperationDefinitionNode, EstimateCost>();
  const estimate = ({ document, operation, variables }: AskedOperation): CostEstimate => {
    let evaluate = compiled.get(operation);
    if (evaluate === undefined) {
      schema ??= new CostSchema(sdl, planner.supergraphSchema);
      evaluate = compileCost(schema, document, operation, assumedListLength);
      compiled.set(operation, evaluate);
    }
    return evaluate(variables);
  };
  return {
    hooks: {
      willExecute:
        maximum === undefined
          ? undefined
          : (_plan, asked) => {
              refuseExpensive(estimate(asked), maximum);
            },
      extensions: (_plan, asked) => {
        if (asked.context.asksForCost !== true) {
          return undefined;
        }
        const { estimated, mistakes } = estimate(asked);
        return {
          cost: {
            estimated,
            ...(maximum === undefined ? {} : { maximum }),
            ...(mistakes.length === 0 ? {} : { mistakes }),
          },
        };
      },
    },
  };
}

function refuseExpensive({ estimated, mistakes }: CostEstimate, maximum: number): void {
  if (mistakes.length > 0) {
    throw refusal('BAD_USER_INPUT', mistakes.join(' '));
  }
  if (estimated > maximum) {
    throw refusal(
      'COST_ESTIMATED_TOO_EXPENSIVE',
      `The operation may cost ${estimated}, and the limit is ${maximum}. Ask for fewer at once.`,
    );
  }
}

function refusal(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: 400 } } });
}
