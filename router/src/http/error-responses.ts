import { ApplicationError, ERROR_CATALOGUE, type ErrorCode } from '@supergraph/platform/errors';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { GraphQLError } from 'graphql';
import type { ErrorFormatter } from '../failures/format-error.js';
import { HttpRefusal } from './http-refusal.js';

/** Refuses every path that nothing was found for. */
export const refuseUnknownPath: RequestHandler = () => {
  throw new HttpRefusal(404, 'Nothing is served at this path; the graph is at /graphql.');
};

/** Answers whatever went wrong outside of GraphQL in the shape of a GraphQL response. */
export function answerErrors(formatError: ErrorFormatter): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const original = error instanceof ApplicationError ? error : (byStatus(error) ?? toError(error));
    const wrapped = new GraphQLError(original.message, { originalError: original });
    const formatted = formatError(wrapped.toJSON(), wrapped);
    const code = formatted.extensions?.['code'] as ErrorCode;
    response.status(original instanceof HttpRefusal ? original.status : ERROR_CATALOGUE[code].status);
    if (response.statusCode === 401) {
      response.setHeader('www-authenticate', 'Bearer');
    }
    response.json({ errors: [formatted] });
  };
}

/** Express and what it builds on mark what the client did wrong by a status, such as for a path like `/a/%FF`. */
function byStatus(error: unknown): HttpRefusal | undefined {
  const { status } = error as { readonly status?: unknown };
  const isRefusal = typeof status === 'number' && status >= 400 && status < 500;
  return isRefusal
    ? new HttpRefusal(status, 'The request cannot be read: its address or a header is malformed.')
    : undefined;
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
