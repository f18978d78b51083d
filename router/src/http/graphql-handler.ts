import { HeaderMap, type ApolloServer } from '@apollo/server';
import type { Request, RequestHandler, Response } from 'express';
import type { RouterContext } from '../identity/request-context.js';

/**
 * Has Apollo Server answer requests whose body was read. An answer goes out in one piece, head and body together.
 *
 * @param contextOf makes what the execution knows of a request; what it throws becomes the answer
 */
export function graphqlHandler(
  server: ApolloServer<RouterContext>,
  contextOf: (request: Request, response: Response) => Promise<RouterContext>,
): RequestHandler {
  return async (request, response) => {
    const start = request.url.indexOf('?');
    const answer = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: request.method,
        headers: headersOf(request),
        search: start === -1 ? '' : request.url.slice(start),
        body: request.body as unknown,
      },
      context: () => contextOf(request, response),
    });
    if (answer.body.kind !== 'complete') {
      throw new Error('An answer in parts was made, which no operation of this server asks for.');
    }
    for (const [name, value] of answer.headers) {
      response.setHeader(name, value);
    }
    const text = answer.body.string;
    response.statusCode = answer.status ?? 200;
    response.setHeader('content-length', Buffer.byteLength(text));
    response.end(text);
  };
}

function headersOf({ headers }: Request): HeaderMap {
  const map = new HeaderMap();
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) {
      map.set(name, Array.isArray(value) ? value.join(', ') : value);
    }
  }
  return map;
}
