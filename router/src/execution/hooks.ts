import type { RouterContext } from '../identity/request-context.js';
import type { ExecutableNode } from './plan/executable-plan.js';
import type { AskedOperation, OperationPolicy } from './policy.js';
import type { FetchRecord } from './run/fetch-record.js';

/** What takes part in the execution of an operation beside the executor. */
export interface ExecutionHooks {
  /** Decides what of an operation somebody may have. */
  readonly policy?: OperationPolicy | undefined;
  /** Called with the plan before anything is fetched; throw a GraphQLError to refuse the operation. */
  readonly willExecute?:
    ((plan: ExecutableNode | undefined, asked: AskedOperation) => void | Promise<void>) | undefined;
  /** Called after every fetch. */
  readonly didFetch?: ((record: FetchRecord, context: RouterContext) => void) | undefined;
  /** Gives what goes into the response's `extensions`. */
  readonly extensions?:
    | ((plan: ExecutableNode | undefined, asked: AskedOperation) => Record<string, unknown> | undefined)
    | undefined;
}

/** Makes one of several: each is called in turn, and their extensions are put together. Only one may have a policy. */
export function combineHooks(all: ReadonlyArray<ExecutionHooks>): ExecutionHooks {
  const policies = all.flatMap(({ policy }) => policy ?? []);
  if (policies.length > 1) {
    throw new Error('Two policies cannot decide about one operation.');
  }
  const starts = all.flatMap(({ willExecute }) => willExecute ?? []);
  const fetches = all.flatMap(({ didFetch }) => didFetch ?? []);
  const parts = all.flatMap(({ extensions }) => extensions ?? []);
  return {
    policy: policies[0],
    willExecute:
      starts.length === 0
        ? undefined
        : async (plan, asked) => {
            for (const start of starts) {
              await start(plan, asked);
            }
          },
    didFetch:
      fetches.length === 0
        ? undefined
        : (record, context) => fetches.forEach((tell) => tell(record, context)),
    extensions:
      parts.length === 0
        ? undefined
        : (plan, asked) => {
            const given: Record<string, unknown> = {};
            for (const part of parts) {
              Object.assign(given, part(plan, asked));
            }
            return Object.keys(given).length === 0 ? undefined : given;
          },
  };
}
