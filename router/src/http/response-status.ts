import type { Request } from 'express';
import type { RequestPlugin } from './combine-plugins.js';

const LEGACY_TYPE = 'application/json';

/** Refusals of GraphQL itself, after a request that was right as HTTP and JSON. */
const ABOUT_THE_OPERATION: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
]);

/**
 * Gives 200 to answers of the type `application/json` that only say what is wrong with the operation, as the
 * specification recommends: a client of that type cannot tell by the status whether the router or something before
 * it has answered. Under `application/graphql-response+json` they keep their 400.
 *
 * @see https://graphql.github.io/graphql-over-http/draft/#sec-application-json
 */
export const chooseStatus: RequestPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ response, contextValue }) => {
        if (response.http.status === 400 && response.body.kind === 'single') {
          const { errors = [] } = response.body.singleResult;
          if (
            contextValue.answerType?.() === LEGACY_TYPE &&
            errors.every(({ extensions }) => ABOUT_THE_OPERATION.has(extensions?.['code']))
          ) {
            response.http.status = 200;
          }
        }
        return Promise.resolve();
      },
    }),
};

/** Gives the type of the answer that Apollo Server chooses for what a client accepts. */
export function answerTypeOf(request: Pick<Request, 'accepts'>): string | false {
  return request.accepts([LEGACY_TYPE, 'application/graphql-response+json']);
}
