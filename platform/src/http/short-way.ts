import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorRequestHandler, Express, Request, RequestHandler, Response } from 'express';

/** What answers the requests for one path. */
export interface ShortWay {
  readonly path: string;
  /** One after the other, until one answers. */
  readonly handlers: ReadonlyArray<RequestHandler>;
  /** Answers what they throw or hand on. */
  readonly answerError: ErrorRequestHandler;
}

/** Whether a request is for exactly this path, with or without a query. */
export function isFor(path: string, url: string | undefined): boolean {
  return (
    url !== undefined && url.startsWith(path) && (url.length === path.length || url[path.length] === '?')
  );
}

/**
 * Gives a request and its response Express's methods, without a walk over its routes.
 *
 * @see https://expressjs.com/en/5x/api.html#app.handle which does the same before it walks
 */
export function dress(
  app: Express,
  bareRequest: IncomingMessage,
  bareResponse: ServerResponse,
): { readonly request: Request; readonly response: Response } {
  const request = Object.setPrototypeOf(bareRequest, app.request) as Request;
  const response = Object.setPrototypeOf(bareResponse, app.response) as Response;
  request.res = response;
  Object.assign(response, { req: request, locals: Object.create(null) as object });
  return { request, response };
}

/**
 * Runs the handlers of a path.
 *
 * @param fail answers what the way's own `answerError` does not
 */
export function goShortWay(
  { handlers, answerError }: ShortWay,
  request: Request,
  response: Response,
  fail: (error: unknown) => void,
): void {
  const answer = (error: unknown): void => {
    void answerError(error, request, response, fail);
  };
  const run = (index: number): void => {
    const handler = handlers[index];
    if (handler === undefined) {
      fail(new Error('No handler of this path has answered.'));
      return;
    }
    const next = (error?: unknown): void => {
      // Express takes null for none too.
      if (error === undefined || error === null) {
        run(index + 1);
      } else {
        answer(error);
      }
    };
    try {
      const done: unknown = handler(request, response, next);
      if (done instanceof Promise) {
        done.catch(answer);
      }
    } catch (error) {
      answer(error);
    }
  };
  run(0);
}
