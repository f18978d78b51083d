import type {
  ApolloServerPlugin,
  GraphQLRequestContext,
  GraphQLRequestContextDidResolveOperation,
  GraphQLRequestContextWillSendResponse,
} from '@apollo/server';
import type { RouterContext } from '../identity/request-context.js';

/** What takes part in the requests of the router: in their beginning, once their operation is known, in their answer. */
export interface RequestPlugin {
  requestDidStart(request: GraphQLRequestContext<RouterContext>): Promise<RequestListener | undefined>;
}

/** The part of a plugin in one request. */
export interface RequestListener {
  readonly didResolveOperation?: (
    request: GraphQLRequestContextDidResolveOperation<RouterContext>,
  ) => Promise<void>;
  readonly willSendResponse?: (
    request: GraphQLRequestContextWillSendResponse<RouterContext>,
  ) => Promise<void>;
}

/**
 * Makes one plugin of several, which take their turns one after the other: Apollo Server waits in each request for
 * every hook of every plugin, also for those that a plugin does not have. What refuses an operation keeps it from the
 * plugins after it.
 */
export function combinePlugins(plugins: ReadonlyArray<RequestPlugin>): ApolloServerPlugin<RouterContext> {
  return {
    async requestDidStart(request) {
      const listeners: RequestListener[] = [];
      for (const plugin of plugins) {
        const listener = await plugin.requestDidStart(request);
        if (listener !== undefined) {
          listeners.push(listener);
        }
      }
      return {
        async didResolveOperation(resolved) {
          for (const { didResolveOperation } of listeners) {
            await didResolveOperation?.(resolved);
          }
        },
        async willSendResponse(answered) {
          for (const { willSendResponse } of listeners) {
            await willSendResponse?.(answered);
          }
        },
      };
    },
  };
}
