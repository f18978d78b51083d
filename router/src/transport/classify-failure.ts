import { TransportFailure } from './transport-failure.js';

const NEVER_SENT = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_CLOSED', 'UND_ERR_DESTROYED']);
const CONNECTING = new Set(['connect', 'getaddrinfo']);

/**
 * Tells from an error of `undici` what happened to the request.
 *
 * @param reason why the request was aborted, when it was
 */
export function classifyFailure(error: unknown, reason: unknown): TransportFailure {
  if (reason instanceof TransportFailure) {
    return reason;
  }
  if (error instanceof TransportFailure) {
    return error;
  }
  if (wasNeverSent(error)) {
    return new TransportFailure('unreachable', 'no connection', { cause: error });
  }
  const code = codeOf(error);
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return new TransportFailure('malformed', 'the answer is larger than the limit', { cause: error });
  }
  if (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new TransportFailure('malformed', 'the answer is not HTTP', { cause: error });
  }
  return new TransportFailure('interrupted', 'the connection broke', { cause: error });
}

function wasNeverSent(error: unknown): boolean {
  if (error instanceof AggregateError) {
    return error.errors.length > 0 && error.errors.every(wasNeverSent);
  }
  const { syscall } = error as { syscall?: unknown };
  return NEVER_SENT.has(codeOf(error)) || (typeof syscall === 'string' && CONNECTING.has(syscall));
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : '';
}
