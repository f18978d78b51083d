import { TransportFailure } from './transport-failure.js';

/**
 * Tells from an error of `undici` what happened to the request.
 *
 * @param sent whether the request had begun to go out
 */
export function classifyFailure(error: unknown, sent: boolean): TransportFailure {
  if (error instanceof TransportFailure) {
    return error;
  }
  if (!sent) {
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

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : '';
}
