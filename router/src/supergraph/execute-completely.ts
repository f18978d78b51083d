import type { GraphQLError } from 'graphql';
import { completeErrors } from '../failures/complete-errors.js';
import type { RouterContext } from '../identity/request-context.js';
import type { Executor } from './loaded-supergraph.js';

/**
 * Adds to an executor that every failed position of the response has an error of its own. The stock executor
 * leaves some out: those of fields whose requirements failed, and nulls that nobody reported where the type
 * forbids them, which it tells in an extension and not among the errors. A response without a failure passes
 * untouched.
 */
export function executeCompletely(execute: Executor): Executor {
  return async (requestContext) => {
    const result = await execute(requestContext);
    const completionErrors = result.extensions?.['valueCompletion'] as
      ReadonlyArray<GraphQLError> | undefined;
    // Without data the operation itself was refused, and its errors say all.
    if (result.data === undefined || (result.errors === undefined && completionErrors === undefined)) {
      return result;
    }
    const { tree } = requestContext.context as RouterContext;
    const errors = completeErrors({
      schema: requestContext.schema,
      document: requestContext.document,
      operation: requestContext.operation,
      variables: requestContext.request.variables ?? {},
      tree,
      errors: result.errors ?? [],
      completionErrors: completionErrors ?? [],
    });
    return { data: result.data, ...(errors.length === 0 ? {} : { errors: [...errors] }) };
  };
}
