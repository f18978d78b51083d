import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { OperationTypeNode } from 'graphql';
import { expressMiddleware } from '@as-integrations/express5';
import type { Express, Request, Response } from 'express';
import type { CommonConfiguration } from '../configuration/index.js';
import { createHttpService, type ReadinessCheck } from '../http/index.js';
import {
  ANONYMOUS,
  CALLER_HEADER,
  createCallerVerifier,
  readBearerToken,
  type TokenVerifier,
  type Viewer,
} from '../identity/index.js';
import { changesOfRequest } from '../events/index.js';
import { currentRequest, type Logger, type Metrics } from '../telemetry/index.js';
import { createErrorFormatter } from './format-error.js';
import { jsonBody, requestErrorHandler } from './request-errors.js';
import { createSubgraphSchema } from './subgraph-schema.js';

/** One verified request to a subgraph. */
export interface SubgraphRequest {
  readonly viewer: Viewer;
  /** Who sent it: `router` or another service. */
  readonly caller: string;
  /** Address and program of the client that the router speaks for. */
  readonly clientIp: string | null;
  readonly clientUserAgent: string | null;
  /** A header of the request, by its name in lower case: what the caller passes on, so the caller answers for it. */
  header(name: string): string | undefined;
  /** Adds a header to the answer. Callers take over what they are told to and no other. */
  addHeader(name: string, value: string): void;
}

/** What a subgraph is made of. */
export interface SubgraphOptions<Context extends object> {
  readonly name: string;
  readonly port: number;
  readonly common: CommonConfiguration;
  /** The text of `schema.graphql`. */
  readonly sdl: string;
  readonly resolvers: unknown;
  /** Makes what resolvers get; called once a request, so loaders made here live that long. */
  readonly createContext: (request: SubgraphRequest) => Context;
  /** Secret by caller. */
  readonly callerSecrets: ReadonlyMap<string, string>;
  readonly verifyToken: TokenVerifier;
  readonly readiness: Readonly<Record<string, ReadinessCheck>>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Adds routes beside `/graphql`. */
  readonly routes?: (app: Express) => void;
}

/** A subgraph that listens. */
export interface RunningSubgraph {
  /** Such as `http://127.0.0.1:4001`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Bodies that the router forwards are bounded by the router; representations make them larger than a client's. */
const MAXIMUM_BODY = '4mb';

/**
 * Starts a federation subgraph: Apollo Server on Express, callers proven, tokens verified, errors masked,
 * health and metrics beside it.
 *
 * @throws when the port is taken or the resolvers do not fit the SDL
 * @see https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec
 */
export async function startSubgraph<Context extends object>(
  options: SubgraphOptions<Context>,
): Promise<RunningSubgraph> {
  const { common, logger, metrics } = options;
  const showCauses = common.mode === 'embedded';
  const http = createHttpService({
    host: common.host,
    port: options.port,
    metricsPort: common.metricsPort,
    logger,
    metrics,
    readiness: options.readiness,
    drainMilliseconds: common.drainMilliseconds,
    drainNoticeMilliseconds: common.drainNoticeMilliseconds,
    showCauses,
  });
  const formatError = createErrorFormatter({ service: options.name, showCauses, logger });
  const apollo = new ApolloServer<Context>({
    schema: createSubgraphSchema(options.sdl, options.resolvers),
    introspection: true,
    csrfPrevention: true,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    logger,
    formatError,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginDrainHttpServer({
        httpServer: http.server,
        stopGracePeriodMillis: common.drainMilliseconds,
      }),
      requestPlugin(metrics),
    ],
  });
  await apollo.start();

  const verifyCaller = createCallerVerifier(options.callerSecrets);
  const requests = new WeakMap<Request, SubgraphRequest>();
  options.routes?.(http.app);
  http.app.use(
    '/graphql',
    (request, _response, next) => {
      verifyCaller(request.headers);
      obeyDeadline(request);
      next();
    },
    jsonBody(MAXIMUM_BODY),
    // Before Apollo Server begins, so that a refusal has the status of its code.
    async (request, response, next) => {
      requests.set(request, await readRequest(request, response, options.verifyToken));
      next();
    },
    expressMiddleware(apollo, {
      context: async ({ req }) => options.createContext(requests.get(req) ?? NOBODY),
    }),
  );
  http.app.use(requestErrorHandler(formatError));

  const url = await http.start();
  return {
    url,
    async stop() {
      // Apollo Server refuses operations from the beginning of its end on.
      await http.stop();
      await apollo.stop();
    },
  };
}

/** How long the caller waits; what is left undone by then is not begun. */
const TIMEOUT_HEADER = 'x-supergraph-timeout-milliseconds';

function obeyDeadline(request: Request): void {
  const milliseconds = Number(request.get(TIMEOUT_HEADER) ?? Number.NaN);
  const scope = currentRequest();
  if (scope !== undefined && milliseconds >= 0) {
    scope.deadline = performance.now() + milliseconds;
  }
}

/** Whom a request that was never read would belong to: it may do nothing. */
const NOBODY: SubgraphRequest = {
  viewer: ANONYMOUS,
  caller: '',
  clientIp: null,
  clientUserAgent: null,
  header: () => undefined,
  addHeader: () => undefined,
};

async function readRequest(
  request: Request,
  response: Response,
  verifyToken: TokenVerifier,
): Promise<SubgraphRequest> {
  const caller = request.get('x-supergraph-caller') ?? '';
  return {
    viewer: await readViewer(request, caller, verifyToken),
    caller,
    clientIp: request.get('x-forwarded-client-ip') ?? null,
    clientUserAgent: request.get('x-forwarded-user-agent')?.slice(0, 500) ?? null,
    header: (name) => request.get(name),
    addHeader: (name, value) => void response.append(name, value),
  };
}

async function readViewer(request: Request, caller: string, verifyToken: TokenVerifier): Promise<Viewer> {
  const token = readBearerToken(request.get('authorization'));
  if (token === undefined) {
    return caller === 'router' ? ANONYMOUS : { kind: 'service', service: caller };
  }
  const { userId, sessionId, role, scopes } = await verifyToken(token);
  return { kind: 'user', userId, sessionId, role, scopes };
}

/**
 * Counts operations, tells the router what a request changed, and what it cost in SQL when the caller asks with
 * `x-supergraph-cost`.
 */
function requestPlugin<Context extends object>(metrics: Metrics): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => ({
      willSendResponse: async ({ response, request, operation, overallCachePolicy }) => {
        // What a service answers depends on who asks, whatever its schema says of how long it holds.
        overallCachePolicy.restrict({ scope: 'PRIVATE' });
        if (response.body.kind !== 'single') {
          return;
        }
        const { errors } = response.body.singleResult;
        metrics.operations.inc({
          outcome: errors === undefined || errors.length === 0 ? 'success' : 'error',
        });
        if (request.http?.headers.get('x-supergraph-cost') === 'sql') {
          response.body.singleResult.extensions = {
            ...response.body.singleResult.extensions,
            cost: { sqlStatements: currentRequest()?.sqlStatements ?? 0 },
          };
        }
        const changes = changesOfRequest();
        const mayChange = changes !== undefined || operation?.operation === OperationTypeNode.MUTATION;
        if (mayChange && request.http?.headers.get(CALLER_HEADER) === 'router') {
          response.body.singleResult.extensions = {
            ...response.body.singleResult.extensions,
            changes: changes === undefined ? null : { ...changes, sequence: changes.sequence.toString() },
          };
        }
      },
    }),
  };
}
