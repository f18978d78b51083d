import type { IncomingMessage, ServerResponse } from 'node:http';

const TIMEOUT_MILLISECONDS = 10_000;
const MAXIMUM_BODY_BYTES = 64 * 1024;

/** Passes a request on to a service, and its answer back. */
export async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  url: string,
): Promise<void> {
  const { method = 'GET' } = request;
  const answer = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    ...(method === 'GET' ? {} : { body: await readBody(request) }),
  });
  response.writeHead(answer.status, {
    'content-type': answer.headers.get('content-type') ?? 'application/json',
  });
  response.end(Buffer.from(await answer.arrayBuffer()));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAXIMUM_BODY_BYTES) {
      throw new Error('the request is too large');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
