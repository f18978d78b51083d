import {
  ApplicationError,
  describeCause,
  ERROR_CATALOGUE,
  type ErrorCode,
} from '@supergraph/platform/errors';
import { currentRequest, type Logger } from '@supergraph/platform/telemetry';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';

/** Decides what a client reads of an error. */
export type ErrorFormatter = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

/**
 * Makes the last gate before the client: an error leaves with a code of the catalogue, plain words, the service
 * that failed when one did, and the trace id; nothing else that hangs on it leaves. What nobody foresaw is
 * masked and logged. The cause is shown when `showCauses` is set.
 */
export function createErrorFormatter(options: {
  readonly showCauses: boolean;
  readonly logger: Logger;
}): ErrorFormatter {
  return (formatted, error) => {
    const { code, message, cause } = classify(formatted, error);
    if (code === 'INTERNAL_SERVER_ERROR' && formatted.extensions?.['service'] === undefined) {
      options.logger.error({ err: originalOf(error), path: formatted.path }, 'a request failed');
    }
    const service = formatted.extensions?.['service'];
    const path = formatted.path?.includes('@') === true ? undefined : formatted.path;
    return {
      message,
      ...(formatted.locations === undefined ? {} : { locations: formatted.locations }),
      ...(path === undefined ? {} : { path }),
      extensions: {
        code,
        ...(typeof service === 'string' ? { service } : {}),
        traceId: currentRequest()?.trace.traceId,
        ...(options.showCauses && cause !== undefined ? { cause } : {}),
      },
    };
  };
}

/** Turns a refusal into the form in which Apollo Server gives its HTTP status to the whole response. */
export function toRequestError(error: unknown): unknown {
  if (!(error instanceof ApplicationError)) {
    return error;
  }
  const { status } = ERROR_CATALOGUE[error.code];
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { code: error.code, http: { status, ...challenge(status) } },
  });
}

function classify(
  formatted: GraphQLFormattedError,
  error: unknown,
): { readonly code: ErrorCode; readonly message: string; readonly cause?: string } {
  const original = originalOf(error);
  if (original instanceof ApplicationError) {
    const cause = original.cause === undefined ? {} : { cause: describeCause(original.cause) };
    return { code: original.code, message: original.message, ...cause };
  }
  const { code, service, cause } = formatted.extensions ?? {};
  if (
    typeof code === 'string' &&
    isErrorCode(code) &&
    (service !== undefined || code !== 'INTERNAL_SERVER_ERROR')
  ) {
    return { code, message: formatted.message, ...(typeof cause === 'string' ? { cause } : {}) };
  }
  return {
    code: 'INTERNAL_SERVER_ERROR',
    message: 'Something went wrong in the router; its log has the cause under the trace id.',
    cause: describeCause(original),
  };
}

function originalOf(error: unknown): unknown {
  return error instanceof GraphQLError ? (error.originalError ?? error) : error;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, code);
}

/** A 401 must say how to authenticate (RFC 9110, 11.6.1). */
function challenge(status: number): { readonly headers?: Map<string, string> } {
  return status === 401 ? { headers: new Map([['www-authenticate', 'Bearer']]) } : {};
}
