import cors from 'cors';
import type { RequestHandler } from 'express';

const ALLOWED_HEADERS = [
  'content-type',
  'authorization',
  'apollo-require-preflight',
  'traceparent',
  'apollographql-client-name',
  'apollographql-client-version',
  'supergraph-debug',
  'supergraph-debug-secret',
  'supergraph-cost',
  'supergraph-position',
];
const EXPOSED_HEADERS = ['x-trace-id', 'supergraph-position', 'retry-after', 'ratelimit', 'ratelimit-policy'];

/**
 * Lets pages of the given origins ask. Tokens travel in a header, so no credentials are allowed. A page of any
 * other origin gets no permission, and its browser keeps the answer from it.
 *
 * @param origins such as `https://shop.example.com`; `:*` at the end stands for any port, `*` for every origin
 * @param headers that pages may send beside the usual ones
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function allowOrigins(
  origins: ReadonlyArray<string>,
  headers: ReadonlyArray<string> = [],
): RequestHandler {
  const patterns = origins.map(toPattern);
  const answerPage = cors({
    origin: (origin, decide) => {
      decide(null, origin !== undefined && patterns.some((pattern) => pattern.test(origin)));
    },
    methods: ['GET', 'POST'],
    allowedHeaders: [...ALLOWED_HEADERS, ...headers],
    exposedHeaders: EXPOSED_HEADERS,
    credentials: false,
    maxAge: 600,
  });
  return (request, response, next) => {
    if (request.headers.origin === undefined && request.method === 'POST') {
      // No page asks; a cache in between must know all the same that a page would be told something else.
      response.vary('origin');
      next();
    } else {
      answerPage(request, response, next);
    }
  };
}

function toPattern(origin: string): RegExp {
  if (origin === '*') {
    return /^/;
  }
  const anyPort = origin.endsWith(':*');
  const literal = (anyPort ? origin.slice(0, -2) : origin).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal}${anyPort ? '(:\\d+)?' : ''}$`, 'i');
}
