/** What the oracle takes of the executor: a copy with a planted mistake offers the same. */
export { createExecutor } from '../execution/executor.js';
export { OperationStore } from '../execution/operation/operation-store.js';
export { toExecutable } from '../execution/plan/executable-plan.js';
export { createPlanner, createPlanQuery } from '../execution/plan/planner.js';
export { TransportFailure } from '../transport/transport-failure.js';
