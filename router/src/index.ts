export { readRouterConfiguration } from './config.js';
export type {
  RouterConfiguration,
  RouterLimits,
  SandboxSettings,
  SubgraphSettings,
} from './configuration.js';
export { evaluateByToken, type PolicyEvaluator } from './policy/policy-evaluator.js';
export { startRouter, type RouterOptions, type RunningRouter } from './router.js';
