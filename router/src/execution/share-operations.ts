import { GraphQLError, OperationTypeNode } from 'graphql';
import type { RouterContext } from '../identity/request-context.js';
import type { Executor } from '../supergraph/loaded-supergraph.js';
import { TransportFailure } from '../transport/transport-failure.js';
import { WorkSharing } from './work-sharing.js';

type Request = Parameters<Executor>[0];
type Result = Awaited<ReturnType<Executor>>;

/**
 * Executes identical queries that are under way at one moment once. Identical are those of one operation with the same
 * variables on behalf of the same caller: the same token, address and program. What a change that this router carried
 * out may have altered is asked again: whoever sends a query after the answer to a change never gets one from before.
 */
export function shareOperations(execute: Executor): Executor {
  const sharing = new WorkSharing<Result>(copy);
  return (request) => {
    const context = request.context as RouterContext;
    if (request.operation.operation !== OperationTypeNode.QUERY) {
      return sharing.change(() => execute(request));
    }
    if (!isPlain(context)) {
      return execute(request);
    }
    return (
      sharing
        .join(
          keyOf(request, context),
          (lifetime) => execute({ ...request, context: { ...context, lifetime } } as Request),
          context.lifetime,
        )
        // It began before, with as much time: it ends within the deadline of everybody who joins.
        .wait(context.lifetime, 0)
        .catch(toResult)
    );
  };
}

/** What else a request may say makes its answer its own. */
function isPlain({ positions, propagatedHeaders, asksForCost, observed }: RouterContext): boolean {
  return (
    positions?.isEmpty !== false &&
    propagatedHeaders === undefined &&
    asksForCost !== true &&
    observed?.debug === undefined
  );
}

function keyOf({ queryHash, request }: Request, context: RouterContext): string {
  const { token, clientIp, clientUserAgent } = context;
  const { operationName = '', variables } = request;
  // None but the last holds a line break: they are names, hashes and values of headers.
  return `${token}\n${clientIp}\n${clientUserAgent}\n${queryHash}\n${operationName}\n${JSON.stringify(variables)}`;
}

/** To a client that has left, anything may be answered: nobody reads it. */
function toResult(reason: unknown): Result {
  if (reason instanceof TransportFailure && reason.kind === 'abandoned') {
    return { errors: [new GraphQLError('The client has left.')] };
  }
  throw reason;
}

/** Its data are text, and its errors are written anew for each who asked; Apollo Server sets properties of the rest. */
function copy(result: Result): Result {
  return { ...result };
}
