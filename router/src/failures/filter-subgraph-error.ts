import { ERROR_CATALOGUE, type ErrorCode } from '@supergraph/platform/errors';
import type { ResponsePath, SubgraphError } from './subgraph-error.js';

const MAXIMUM_MESSAGE = 2_000;

/**
 * Codes by which a subgraph says that the router's request is at fault: the client's is not, so the client must
 * not be told to correct it.
 */
const ABOUT_THE_ROUTER: ReadonlySet<ErrorCode> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'PAYLOAD_TOO_LARGE',
  'CALLER_REFUSED',
]);

/**
 * Lets through of a subgraph's error what a client may read: the message, path and code when the code is known.
 * Anything else is masked, and what it said becomes the cause.
 *
 * @param error one element of the answer's `errors`, of which nothing is certain
 */
export function filterSubgraphError(service: string, error: unknown): SubgraphError {
  const { message, path, extensions } = toRecord(error);
  const { code, cause } = toRecord(extensions);
  const text = typeof message === 'string' ? message.slice(0, MAXIMUM_MESSAGE) : 'it gave no message';
  const givenPath = isPath(path) ? { path } : {};
  if (isKnown(code) && code !== 'INTERNAL_SERVER_ERROR' && !ABOUT_THE_ROUTER.has(code)) {
    const givenCause = typeof cause === 'string' ? { cause: cause.slice(0, MAXIMUM_MESSAGE) } : {};
    return { message: text, ...givenPath, extensions: { code, service, ...givenCause } };
  }
  const said = [
    typeof code === 'string' ? code : undefined,
    text,
    typeof cause === 'string' ? cause : undefined,
  ];
  return {
    message: `Something went wrong in the service ${service}; its log has the cause under the trace id.`,
    ...givenPath,
    extensions: {
      code: 'INTERNAL_SERVER_ERROR',
      service,
      cause: said
        .filter((part) => part !== undefined)
        .join(': ')
        .slice(0, MAXIMUM_MESSAGE),
    },
  };
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isKnown(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CATALOGUE, code);
}

function isPath(path: unknown): path is ResponsePath {
  return (
    Array.isArray(path) &&
    path.length > 0 &&
    path.every((part) => typeof part === 'string' || (Number.isInteger(part) && part >= 0))
  );
}
