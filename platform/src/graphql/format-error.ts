import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { isDatabaseUnavailable } from '../database/index.js';
import { ApplicationError, describeCause, ERROR_CATALOGUE, type ErrorCode } from '../errors/index.js';
import { currentRequest, isPastDeadline, type Logger } from '../telemetry/index.js';

/**
 * Makes the function that decides what a client reads of an error: a code of the catalogue, plain words, the
 * service and the trace id. The cause goes to the log, and to the client only when `showCauses` is set.
 */
export function createErrorFormatter(options: {
  readonly service: string;
  readonly showCauses: boolean;
  readonly logger: Logger;
}): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const original = unwrap(error);
    const { code, message, details, cause } = classify(formatted, original);
    const failure = ERROR_CATALOGUE[code].status >= 500;
    if (failure) {
      options.logger.error(
        { code, path: formatted.path, err: original, cause: describeCause(cause ?? original) },
        'a field failed',
      );
    }
    return {
      message,
      ...(formatted.locations === undefined ? {} : { locations: formatted.locations }),
      ...(formatted.path === undefined ? {} : { path: formatted.path }),
      extensions: {
        ...details,
        code,
        service: options.service,
        ...(currentRequest() === undefined ? {} : { traceId: currentRequest()?.trace.traceId }),
        ...(options.showCauses && failure ? { cause: describeCause(cause ?? original) } : {}),
      },
    };
  };
}

/** Gives what was thrown, in a resolver or before any ran. */
function unwrap(error: unknown): unknown {
  const thrown = unwrapResolverError(error);
  return thrown instanceof GraphQLError && thrown.originalError instanceof ApplicationError
    ? thrown.originalError
    : thrown;
}

interface Classified {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

function classify(formatted: GraphQLFormattedError, original: unknown): Classified {
  if (original instanceof ApplicationError) {
    return {
      code: original.code,
      message: original.message,
      details: original.details,
      cause: original.cause,
    };
  }
  if (isDatabaseUnavailable(original)) {
    return {
      code: 'DATABASE_UNAVAILABLE',
      message: "The service's database does not answer just now; try again shortly.",
      details: {},
    };
  }
  const code = formatted.extensions?.['code'];
  const isClientError = original instanceof GraphQLError && typeof code === 'string' && isErrorCode(code);
  if (isClientError && ERROR_CATALOGUE[code].status < 500) {
    return { code, message: formatted.message, details: {} };
  }
  if (isPastDeadline()) {
    // Prisma gives what the pool refused another shape.
    return {
      code: 'SUBGRAPH_TIMEOUT',
      message: 'The time for the answer was over, so no more was done.',
      details: {},
    };
  }
  return {
    code: 'INTERNAL_SERVER_ERROR',
    message: 'Something went wrong in this service; the log has the cause under the trace id.',
    details: {},
  };
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, code);
}
