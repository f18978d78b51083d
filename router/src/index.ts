export { readRouterConfiguration } from './config.js';
export type {
  RouterConfiguration,
  RouterLimits,
  SandboxSettings,
  SubgraphSettings,
} from './configuration.js';
export { startRouter, type RunningRouter } from './router.js';
