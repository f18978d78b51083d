import type { RouterConfiguration } from './configuration.js';
import { createCostStage } from './cost/cost-stage.js';
import type { EntityCache } from './entity-cache/entity-cache.js';
import type { PolicyEvaluator } from './policy/policy-evaluator.js';
import { createPolicyStage } from './policy/policy-stage.js';
import type { Stage, StagedSupergraph } from './supergraph/loaded-supergraph.js';

/** What the stages are made of, beside what they share with the rest of the router. */
export interface StagesOptions extends Pick<RouterConfiguration, 'policy' | 'cost'> {
  readonly evaluatePolicies?: PolicyEvaluator;
}

/** Makes what stands around the executor of one version of the supergraph, in the order in which it takes part. */
export function createStages(
  cache: EntityCache,
  { policy, cost, evaluatePolicies }: StagesOptions,
): (version: StagedSupergraph) => ReadonlyArray<Stage> {
  return (version) => [
    createPolicyStage(version, { ...policy, evaluatePolicies }),
    createCostStage(version, cost),
    cache.stage,
  ];
}
