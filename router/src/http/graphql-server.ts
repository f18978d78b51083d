import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Logger, Metrics } from '@supergraph/platform/telemetry';
import { GraphQLError, OperationTypeNode, type OperationDefinitionNode } from 'graphql';
import type { RouterConfiguration } from '../configuration.js';
import { stringifyResult } from '../execution/response/response-text.js';
import type { ErrorFormatter } from '../failures/format-error.js';
import type { RouterContext } from '../identity/request-context.js';
import type { SupergraphGateway } from '../supergraph/supergraph-gateway.js';
import { limitDepth } from './limit-depth.js';

/** Lexical tokens of one operation; introspection queries have about 300. */
const MAXIMUM_TOKENS = 15_000;

/** What the GraphQL server is made of. */
export interface GraphqlServerOptions {
  readonly configuration: Pick<RouterConfiguration, 'introspection'>;
  readonly gateway: SupergraphGateway;
  readonly formatError: ErrorFormatter;
  readonly logger: Logger;
  readonly metrics: Metrics;
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
    parseOptions: { maxTokens: MAXIMUM_TOKENS },
    validationRules: [limitDepth],
    logger: options.logger.child({ library: '@apollo/server' }, { level: 'warn' }),
    formatError: options.formatError,
    stringifyResult,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      refuseWhatCannotRun,
      countOperations(options.metrics),
    ],
  });
}

/** The executor would stumble over these without a word that a client could act on. */
const refuseWhatCannotRun: ApolloServerPlugin<RouterContext> = {
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

function countOperations(metrics: Metrics): ApolloServerPlugin<RouterContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse: ({ response }) => {
          if (response.body.kind === 'single') {
            const { errors, data } = response.body.singleResult;
            const failed = errors !== undefined && errors.length > 0;
            metrics.operations.inc({ outcome: !failed ? 'success' : hasData(data) ? 'partial' : 'error' });
          }
          return Promise.resolve();
        },
      }),
  };
}

function hasData(data: unknown): boolean {
  return data !== undefined && data !== null;
}
