import type { Stage, StagedSupergraph } from '../supergraph/loaded-supergraph.js';
import type { PolicySettings } from './configuration.js';
import { createOperationPolicy } from './operation-policy.js';
import { evaluateByToken, type PolicyEvaluator } from './policy-evaluator.js';
import { readRequirements } from './requirements.js';

/** What the policy is made of, whatever the supergraph. */
export interface PolicyStageOptions extends PolicySettings {
  /** Judges `@policy`, {@link evaluateByToken} when not given. */
  readonly evaluatePolicies?: PolicyEvaluator | undefined;
}

/** Makes the stage that enforces `@authenticated`, `@requiresScopes` and `@policy`. Without them it does nothing. */
export function createPolicyStage({ sdl, planner }: StagedSupergraph, options: PolicyStageOptions): Stage {
  const requirements = readRequirements(sdl, planner.supergraphSchema);
  return requirements === undefined
    ? {}
    : {
        hooks: {
          policy: createOperationPolicy({
            schema: planner.schema,
            requirements,
            evaluate: options.evaluatePolicies ?? evaluateByToken,
            unauthorized: options.unauthorized,
          }),
        },
      };
}
