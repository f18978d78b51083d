import { AsyncResource } from 'node:async_hooks';
import { ApplicationError } from '@supergraph/platform/errors';
import express, { type NextFunction, type Request, type RequestHandler } from 'express';
import { HttpRefusal } from './http-refusal.js';

const NOT_JSON = 'The body is not JSON: send one object with `query` in it.';

/**
 * Reads a request's JSON body of at most `maximumBytes`, inflated size.
 *
 * What is passed to `next`: `PAYLOAD_TOO_LARGE`, or `BAD_REQUEST` with 400 for what is not JSON and 415 for
 * another content type.
 */
export function jsonBody(maximumBytes: number): RequestHandler {
  const parse = express.json({ limit: maximumBytes });
  return (request, response, next) => {
    if (isPlain(request, maximumBytes)) {
      readPlain(request, next);
      return;
    }
    if (request.method === 'POST' && !request.is('application/json')) {
      throw new HttpRefusal(415, 'Send the operation as application/json.');
    }
    parse(request, response, (error?: unknown) => {
      next(error === undefined ? undefined : toRefusal(error, maximumBytes));
      // Express leaves a request without a body without the property, which Apollo's integration looks for.
      request.body ??= undefined;
    });
  };
}

const PLAIN = /^application\/json(?:; ?charset=utf-8)?$/i;
const BYTE_ORDER_MARK = '\uFEFF';

/** Whether a body is as nearly every client sends it: of known length, in UTF-8, not compressed. */
function isPlain({ headers, method }: Request, maximumBytes: number): boolean {
  const length = Number(headers['content-length']);
  return (
    method === 'POST' &&
    length > 0 &&
    length <= maximumBytes &&
    headers['content-encoding'] === undefined &&
    PLAIN.test(headers['content-type'] ?? '')
  );
}

/** Node has no more of it than its length says. Of a client that leaves half-way nothing is kept. */
function readPlain(request: Request, next: NextFunction): void {
  // The body's end belongs to the connection: what follows it belongs to this request again.
  const scope = new AsyncResource('json body');
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.once('end', () => {
    const [first] = chunks;
    const text = (chunks.length === 1 && first ? first : Buffer.concat(chunks)).toString();
    let body: unknown;
    try {
      body = JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
    } catch {
      body = undefined;
    }
    if (typeof body === 'object' && body !== null) {
      request.body = body;
      scope.runInAsyncScope(next);
    } else {
      scope.runInAsyncScope(next, undefined, new HttpRefusal(400, NOT_JSON));
    }
  });
}

function toRefusal(error: unknown, maximumBytes: number): unknown {
  const { type, status } = error as { readonly type?: string; readonly status?: number };
  if (type === 'entity.too.large') {
    return new ApplicationError(
      'PAYLOAD_TOO_LARGE',
      `The body is larger than ${maximumBytes} bytes; send less at once.`,
    );
  }
  if (status !== undefined && status >= 400 && status < 500) {
    const message =
      status === 415
        ? 'Send the body as JSON in UTF-8, plain or compressed with gzip, deflate or br.'
        : NOT_JSON;
    return new HttpRefusal(status, message);
  }
  return error;
}
