import { ApplicationError } from '@supergraph/platform/errors';
import express, { type RequestHandler } from 'express';
import { HttpRefusal } from './http-refusal.js';

/**
 * Reads a request's JSON body of at most `maximumBytes`, inflated size.
 *
 * What is passed to `next`: `PAYLOAD_TOO_LARGE`, or `BAD_REQUEST` with 400 for what is not JSON and 415 for
 * another content type.
 */
export function jsonBody(maximumBytes: number): RequestHandler {
  const parse = express.json({ limit: maximumBytes });
  return (request, response, next) => {
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
        : 'The body is not JSON: send one object with `query` in it.';
    return new HttpRefusal(status, message);
  }
  return error;
}
