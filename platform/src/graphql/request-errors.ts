import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ApplicationError, ERROR_CATALOGUE, type ErrorCode } from '../errors/index.js';

/**
 * Reads a JSON body of at most `limit`, and turns what body-parser throws into errors of the catalogue.
 *
 * @param limit in bytes, or such as `256kb`
 */
export function jsonBody(limit: number | string): RequestHandler {
  const parser = express.json({ limit });
  return (request, response, next) => {
    parser(request, response, (error?: unknown) =>
      next(error === undefined ? undefined : toApplicationError(error)),
    );
  };
}

/** Answers what went wrong before GraphQL began in the shape of a GraphQL response. */
export function requestErrorHandler(
  formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError,
): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const original = error instanceof Error ? error : new Error(String(error));
    const graphqlError = new GraphQLError(original.message, { originalError: original });
    const formatted = formatError(graphqlError.toJSON(), graphqlError);
    const code = formatted.extensions?.['code'] as ErrorCode;
    response.status(ERROR_CATALOGUE[code].status).json({ errors: [formatted] });
  };
}

function toApplicationError(error: unknown): Error {
  const { type, status } = error as { type?: string; status?: number };
  if (type === 'entity.too.large') {
    return new ApplicationError(
      'PAYLOAD_TOO_LARGE',
      'The body is larger than this server takes; send less at once.',
    );
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return new ApplicationError(
      'BAD_REQUEST',
      'The body must be one JSON object in UTF-8 with `query` in it.',
      {
        cause: error,
      },
    );
  }
  return error instanceof Error ? error : new Error(String(error));
}
