import { ApplicationError } from '@supergraph/platform/errors';
import type { Request } from 'express';
import type { OperationChecker } from '../limits/check-operation.js';
import { checkVariables } from '../limits/check-variables.js';
import type { OperationLimits } from '../limits/limits.js';
import type { PersistedOperations } from '../persisted-operations/persisted-operations.js';
import { readRequestedOperation } from '../persisted-operations/read-requested-operation.js';
import type { AdmittedOperation } from '../persisted-operations/requested-operation.js';

const CLIENT_NAME_HEADER = 'apollographql-client-name';
const MAXIMUM_CLIENT_NAME = 256;

/** What decides about a request before GraphQL begins. */
export interface Admission {
  readonly limits: OperationLimits;
  readonly checker: OperationChecker;
  readonly persisted: PersistedOperations;
}

/**
 * Decides whether a request's operation is let in, by its text and variables alone.
 *
 * @returns undefined when the request is malformed: the GraphQL server says what is wrong with it
 * @throws {ApplicationError} when it is not let in
 */
export function admitOperation(
  { limits, checker, persisted }: Admission,
  request: Pick<Request, 'method' | 'url' | 'body' | 'get'>,
): AdmittedOperation | undefined {
  const start = request.url.indexOf('?');
  const search = start === -1 ? '' : request.url.slice(start);
  const requested = readRequestedOperation(request.method, search, request.body);
  if (requested === undefined) {
    return undefined;
  }
  if ((requested.operationName?.length ?? 0) > limits.operationNameLength) {
    throw new ApplicationError(
      'MAX_OPERATION_NAME_LIMIT',
      `operationName has more than ${limits.operationNameLength} characters; give the operation a shorter name.`,
    );
  }
  checkVariables(requested.variables, limits);
  const admitted = persisted.admit(requested, request.get(CLIENT_NAME_HEADER)?.slice(0, MAXIMUM_CLIENT_NAME));
  if (admitted !== undefined) {
    checker.check(admitted.text);
  }
  return admitted;
}
