/** `plan`: what couples the services of a shared database, and what takes the place of each coupling. */
export { findDrift } from './check-plan.js';
export { couplingsOf, type Coupling } from './coupling.js';
export { proposeReplacement } from './find-keys.js';
export { makePlan, planFor } from './make-plan.js';
export {
  defaultPlanFile,
  runPlanCommand,
  runProposeMapping,
  type CommandResult,
  type PlanCommandOptions,
} from './plan-command.js';
export type {
  CrossingKey,
  CrossingObject,
  CrossingStatement,
  Obstacle,
  Plan,
  ServiceSummary,
  StatementReport,
} from './plan.js';
export { planFileOf, readPlanFile, writePlanFile, type PlanFile } from './plan-file.js';
export { proposalFor, proposeMapping, type MappingProposal } from './propose-mapping.js';
export { renderSvg } from './render-svg.js';
export { renderText } from './render-text.js';
