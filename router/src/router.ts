import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';
import { describeCause } from '@supergraph/platform/errors';
import { createHttpService } from '@supergraph/platform/http';
import { createRemoteKeys, createTokenVerifier, type TokenVerifier } from '@supergraph/platform/identity';
import { createLogger, createMetrics, type Logger, type Metrics } from '@supergraph/platform/telemetry';
import type { Request, Response } from 'express';
import { disableLibraryTelemetry } from './config.js';
import type { RouterConfiguration } from './configuration.js';
import { reportEntityCache } from './entity-cache/cache-metrics.js';
import { EntityCache } from './entity-cache/entity-cache.js';
import { followEvents, type FollowedEvents } from './events/follow-events.js';
import { createErrorFormatter, toRequestError } from './failures/format-error.js';
import { allowOrigins } from './http/cors.js';
import { answerErrors, refuseUnknownPath } from './http/error-responses.js';
import { PropagatedHeaders } from './headers/propagated-headers.js';
import { namedHeaders } from './headers/rules.js';
import { admitOperation } from './http/admit-operation.js';
import { graphqlHandler } from './http/graphql-handler.js';
import { createGraphqlServer } from './http/graphql-server.js';
import { jsonBody } from './http/json-body.js';
import { answerTypeOf } from './http/response-status.js';
import { securityHeaders } from './http/security-headers.js';
import { createContext } from './identity/create-context.js';
import type { RouterContext } from './identity/request-context.js';
import { createObservability } from './observability/observability.js';
import { OperationChecker } from './limits/check-operation.js';
import { startPersistedOperations } from './persisted-operations/start-persisted-operations.js';
import type { PolicyEvaluator } from './policy/policy-evaluator.js';
import { createAdmission } from './overload/admission.js';
import { sandboxRoutes } from './sandbox/routes.js';
import { readExpectedOperations } from './supergraph/expected-operations.js';
import { loadSupergraph, type LoadedSupergraph } from './supergraph/loaded-supergraph.js';
import { createStages } from './stages.js';
import { SupergraphGateway } from './supergraph/supergraph-gateway.js';
import { openSupergraphSource } from './supergraph/supergraph-source.js';
import { SubgraphClients } from './transport/subgraph-clients.js';
import { reportTransport } from './transport/transport-metrics.js';

/** What a program may put into a router beside its configuration. */
export interface RouterOptions {
  /** Judges `@policy`; what the token says when not given. */
  readonly evaluatePolicies?: PolicyEvaluator;
}

/** A router that listens. */
export interface RunningRouter {
  /** Such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Looks at the supergraph's file or address now, and resolves when what it holds is served or refused. */
  reload(): Promise<void>;
  /** Finishes what it has within the drain time, and closes. */
  stop(): Promise<void>;
}

const SANDBOX_FOLDER = fileURLToPath(new URL('../dist-sandbox', import.meta.url));

/**
 * Starts the router over the supergraph of the file or address that the configuration names. No subgraph needs to be there.
 *
 * @throws when the port is taken, or the file or address does not hold a supergraph
 */
export async function startRouter(
  configuration: RouterConfiguration,
  logger: Logger = createLogger('router', configuration.common.logLevel),
  metrics: Metrics = createMetrics('router'),
  options: RouterOptions = {},
): Promise<RunningRouter> {
  disableLibraryTelemetry();
  const { common, limits } = configuration;
  const showCauses = common.mode === 'embedded';
  const clients = new SubgraphClients(configuration.transport, limits.requestTimeoutMilliseconds);
  const savedOperations = join(dirname(configuration.supergraphFile), 'operations');
  reportTransport(metrics, () => clients.all);
  const cache = new EntityCache({
    settings: configuration.entityCache,
    followed: (subgraph) => events.sourceOf(subgraph),
  });
  reportEntityCache(metrics, cache);
  const stages = createStages(cache, { ...configuration, ...options });
  const observability = createObservability(configuration.observability, metrics);
  const persisted = await startPersistedOperations(configuration.persistedOperations, logger, metrics);
  const load = async (sdl: string, previous?: LoadedSupergraph): Promise<LoadedSupergraph> => {
    const expected = [
      ...persisted.operations.documents,
      ...(await readExpectedOperations(savedOperations, logger)),
    ];
    observability.expect(expected);
    return loadSupergraph(sdl, {
      configuration,
      clients,
      logger,
      stages: (version) => [observability.stage(version), ...stages(version)],
      observePlanner: observability.observePlanner,
      expected,
      ...(previous === undefined ? {} : { previous }),
    });
  };

  const source = await openSupergraphSource(configuration, logger);
  const gateway = new SupergraphGateway(await load(source.text));
  await source.accepted();
  const formatError = createErrorFormatter({ showCauses, logger });
  persisted.follow((documents) => {
    observability.expect(documents);
    void gateway.current.operations.warm(documents);
  });
  const graphql = createGraphqlServer({
    configuration,
    gateway,
    persisted: persisted.operations,
    formatError,
    logger,
    observe: observability.plugin,
  });
  await graphql.start();

  const events: FollowedEvents = followEvents({
    configuration,
    settings: () => gateway.current.subgraphs.map(({ settings }) => settings),
    listenersOf: (subgraph) => cache.listenersOf(subgraph),
    logger,
  });
  const keys = createRemoteKeys(configuration.keysUrl, logger);
  const { tokenIssuer: issuer, tokenAudience: audience } = common;
  const verifySignature = createTokenVerifier({ getKey: keys.getKey, issuer, audience });
  const verify: TokenVerifier = async (token) => {
    const claims = await verifySignature(token);
    await events.sessions?.check(claims, token);
    return claims;
  };
  const contextOf = (request: Request, response: Response): Promise<RouterContext> =>
    createContext(request, response, verify, limits.requestTimeoutMilliseconds);

  const admission = {
    limits: configuration.operationLimits,
    checker: new OperationChecker(configuration.operationLimits),
    persisted: persisted.operations,
  };
  const admittedContext = async (request: Request, response: Response): Promise<RouterContext> => {
    const admitted = admitOperation(admission, request);
    return Object.assign(await contextOf(request, response), {
      admitted,
      answerType: () => answerTypeOf(request),
      propagatedHeaders:
        configuration.headerRules.length === 0
          ? undefined
          : new PropagatedHeaders(configuration.headerRules, request.headers),
    });
  };

  const http = createHttpService({
    host: common.host,
    port: configuration.port,
    metricsPort: common.metricsPort,
    logger,
    metrics,
    reports: { usage: observability.usage },
    // Never the subgraphs: a router that has lost one serves the rest.
    readiness: { supergraph: () => Promise.resolve(gateway.current) },
    drainMilliseconds: common.drainMilliseconds,
    drainNoticeMilliseconds: common.drainNoticeMilliseconds,
    showCauses,
  });
  const door = createAdmission(configuration.overload, metrics);
  door.guard(http.server, '/graphql');
  http.app.set('trust proxy', configuration.trustedProxies);
  http.app.use(securityHeaders);
  http.app.get('/health/subgraphs', (_request, response) => {
    response.json({
      subgraphs: gateway.current.subgraphs.map(({ settings, replicas }) => ({
        name: settings.name,
        replicas: replicas.length,
        available: replicas.filter(({ isAway }) => !isAway).length,
        breakers: replicas.map(({ breaker }) => breaker),
      })),
    });
  });
  http.serve({
    path: '/graphql',
    handlers: [
      securityHeaders,
      allowOrigins(configuration.corsOrigins, namedHeaders(configuration.headerRules)),
      jsonBody(limits.maximumBodyBytes),
      door.admit,
      graphqlHandler(graphql, (request, response) =>
        admittedContext(request, response).then(
          (context) => observability.begin(context, request, response),
          (error: unknown) => {
            throw toRequestError(error);
          },
        ),
      ),
    ],
    answerError: answerErrors(formatError),
  });
  if (configuration.sandbox !== undefined) {
    http.app.use(
      sandboxRoutes({
        settings: configuration.sandbox,
        folder: SANDBOX_FOLDER,
        supergraph: () => gateway.current,
        createContext: contextOf,
        maximumBodyBytes: limits.maximumBodyBytes,
      }),
    );
  }
  http.app.use(refuseUnknownPath, answerErrors(formatError));

  const watched = source.watch(async (sdl) => {
    try {
      const next = await load(sdl, gateway.current);
      gateway.replace(next);
      events.follow();
      clients.keepOnly(next.subgraphs);
      logger.info({ event: 'reloaded', file: source.name }, 'a new supergraph is served');
      return true;
    } catch (error) {
      clients.keepOnly(gateway.current.subgraphs);
      const cause = describeCause(error);
      logger.error(
        { event: 'refused', file: source.name, cause },
        'the new supergraph was refused; the one before goes on',
      );
      return false;
    }
  });

  const url = await http.start();
  return {
    url,
    reload: () => watched.check(),
    async stop() {
      watched.stop();
      // It answers until here, and for that needs everything else.
      await http.stop();
      door.stop();
      persisted.stop();
      keys.stop();
      await events.stop();
      await graphql.stop();
      await clients.close();
    },
  };
}
