import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Logger } from '@supergraph/platform/telemetry';
import { GraphQLError, OperationTypeNode, type OperationDefinitionNode } from 'graphql';
import type { RouterConfiguration } from '../configuration.js';
import { stringifyResult } from '../execution/response/response-text.js';
import type { ErrorFormatter } from '../failures/format-error.js';
import type { RouterContext } from '../identity/request-context.js';
import type { SupergraphGateway } from '../supergraph/supergraph-gateway.js';
import { executeAdmitted } from './admission-plugin.js';
import { combinePlugins, type RequestPlugin } from './combine-plugins.js';
import { limitRates } from '../rate-limits/rate-limit-plugin.js';
import type { PersistedOperations } from '../persisted-operations/persisted-operations.js';
import { hideSuggestions } from './hide-suggestions.js';
import { chooseStatus } from './response-status.js';

/** What the GraphQL server is made of. */
export interface GraphqlServerOptions {
  readonly configuration: Pick<RouterConfiguration, 'introspection' | 'operationLimits' | 'rateLimits'>;
  readonly gateway: SupergraphGateway;
  readonly persisted: PersistedOperations;
  readonly formatError: ErrorFormatter;
  readonly logger: Logger;
  /** Counts and traces operations. */
  readonly observe: RequestPlugin;
}

/** Makes the Apollo Server that parses, validates and answers; it keeps parsed and validated operations. */
export function createGraphqlServer(options: GraphqlServerOptions): ApolloServer<RouterContext> {
  return new ApolloServer<RouterContext>({
    gateway: options.gateway,
    introspection: options.configuration.introspection,
    hideSchemaDetailsFromClientErrors: !options.configuration.introspection,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: options.configuration.operationLimits.tokens },
    logger: options.logger.child({ library: '@apollo/server' }, { level: 'warn' }),
    formatError: options.configuration.introspection
      ? options.formatError
      : hideSuggestions(options.formatError),
    stringifyResult,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      combinePlugins([
        // First, so that what is refused is counted under its name.
        options.observe,
        executeAdmitted(options.persisted),
        refuseWhatCannotRun,
        ...(options.configuration.rateLimits.length === 0
          ? []
          : [limitRates(options.configuration.rateLimits)]),
        chooseStatus,
      ]),
    ],
  });
}

/** The executor would stumble over these without a word that a client could act on. */
const refuseWhatCannotRun: RequestPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      // Its type promises an operation, but there is none when the request does not say which it means.
      didResolveOperation: ({ operation }: { readonly operation?: OperationDefinitionNode }) => {
        if (operation === undefined) {
          throw cannotRun(
            'The request has no operation of the name `operationName`, or several and no such name.',
          );
        }
        if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
          throw cannotRun('Subscriptions are not served; ask again with a query.');
        }
        return Promise.resolve();
      },
    }),
};

function cannotRun(message: string): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } },
  });
}
