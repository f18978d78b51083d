/** How long the page waits for one answer. */
const DEADLINE_MILLISECONDS = 60_000;

/**
 * `fetch` with a deadline, whose failures are words for the person at the screen.
 *
 * @throws Error when no answer comes, and when what comes is neither JSON nor a multipart stream of it.
 */
export async function explainedFetch(address: string, init: RequestInit): Promise<Response> {
  const deadline = AbortSignal.timeout(DEADLINE_MILLISECONDS);
  const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
  let response: Response;
  try {
    response = await fetch(address, { ...init, signal });
  } catch (error) {
    throw explain(address, error, signal);
  }
  const type = response.headers.get('content-type') ?? 'no content type';
  if (/json|multipart\//.test(type)) return response;
  const status = `${response.status} ${response.statusText}`.trim();
  throw withoutStack(`${address} answered ${status} with ${type}, where JSON was expected.`);
}

function explain(address: string, error: unknown, signal: AbortSignal): Error {
  const reason: unknown = signal.aborted ? signal.reason : error;
  if (reason instanceof DOMException && reason.name === 'TimeoutError') {
    return withoutStack(`No answer from ${address} within ${DEADLINE_MILLISECONDS / 1000} seconds.`);
  }
  if (reason instanceof TypeError) {
    return withoutStack(`${address} cannot be reached: is the router running? (${reason.message})`);
  }
  return withoutStack(reason instanceof Error ? reason.message : String(reason));
}

/** The editor prints an error with its stack; of a failed request that would tell nothing. */
function withoutStack(message: string): Error {
  const error = new Error(message);
  delete error.stack;
  return error;
}
