import type { Request, Response } from 'express';
import { beginSpan, isTracing, readTraceparent, type Span } from '../telemetry/index.js';

const SERVER_ERROR = 500;

/**
 * Begins the span of an HTTP request, which ends with the response. Health checks, metrics, files and the feed of
 * events, which is read all the time, have none.
 *
 * @returns undefined when tracing is off or the trace is not recorded
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export function beginRequestSpan(request: Request, response: Response, route: string): Span | undefined {
  if (!isTracing() || (request.method !== 'POST' && route !== '/graphql')) {
    return undefined;
  }
  const span = beginSpan({
    name: `${request.method} ${route}`,
    kind: 'server',
    parent: readTraceparent(request.get('traceparent')),
    attributes: { 'http.request.method': request.method, 'http.route': route },
  });
  response.once('close', () => {
    const { statusCode } = response;
    span?.set({ 'http.response.status_code': statusCode });
    if (statusCode >= SERVER_ERROR || !response.writableFinished) {
      span?.fail(response.writableFinished ? String(statusCode) : 'client_left');
    }
    span?.end();
  });
  return span;
}
