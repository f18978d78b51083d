import { fileURLToPath } from 'node:url';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expressMiddleware } from '@as-integrations/express5';
import { describeCause } from '@supergraph/platform/errors';
import { createHttpService } from '@supergraph/platform/http';
import { createRemoteKeys, createTokenVerifier, type TokenVerifier } from '@supergraph/platform/identity';
import { createLogger, createMetrics, type Logger, type Metrics } from '@supergraph/platform/telemetry';
import type { Request, Response } from 'express';
import { disableLibraryTelemetry } from './config.js';
import type { RouterConfiguration } from './configuration.js';
import { followEvents } from './events/follow-events.js';
import { createErrorFormatter, toRequestError } from './failures/format-error.js';
import { allowOrigins } from './http/cors.js';
import { answerErrors, refuseUnknownPath } from './http/error-responses.js';
import { createGraphqlServer } from './http/graphql-server.js';
import { jsonBody } from './http/json-body.js';
import { securityHeaders } from './http/security-headers.js';
import { createContext } from './identity/create-context.js';
import type { RouterContext } from './identity/request-context.js';
import { sandboxRoutes } from './sandbox/routes.js';
import { readExpectedOperations } from './supergraph/expected-operations.js';
import { loadSupergraph, type LoadedSupergraph } from './supergraph/loaded-supergraph.js';
import { createStages } from './stages.js';
import { SupergraphGateway } from './supergraph/supergraph-gateway.js';
import { watchFile } from './supergraph/watch-file.js';
import { SubgraphClients } from './transport/subgraph-clients.js';

/** A router that listens. */
export interface RunningRouter {
  /** Such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Looks at the supergraph's file now, and resolves when what it holds is served or refused. */
  reload(): Promise<void>;
  /** Finishes what it has within the drain time, and closes. */
  stop(): Promise<void>;
}

const SANDBOX_FOLDER = fileURLToPath(new URL('../dist-sandbox', import.meta.url));

/**
 * Starts the router over the supergraph of the file that the configuration names. No subgraph needs to be there.
 *
 * @throws when the port is taken, or the file does not hold a supergraph
 */
export async function startRouter(
  configuration: RouterConfiguration,
  logger: Logger = createLogger('router', configuration.common.logLevel),
  metrics: Metrics = createMetrics('router'),
): Promise<RunningRouter> {
  disableLibraryTelemetry();
  const { common, limits } = configuration;
  const showCauses = common.mode === 'embedded';
  const clients = new SubgraphClients(limits.connectionsPerReplica, limits.requestTimeoutMilliseconds);
  const savedOperations = join(dirname(configuration.supergraphFile), 'operations');
  const stages = createStages();
  const load = async (sdl: string, previous?: LoadedSupergraph): Promise<LoadedSupergraph> =>
    loadSupergraph(sdl, {
      configuration,
      clients,
      logger,
      stages,
      expected: await readExpectedOperations(savedOperations, logger),
      ...(previous === undefined ? {} : { previous }),
    });

  const text = await readFile(configuration.supergraphFile, 'utf8');
  const gateway = new SupergraphGateway(await load(text));
  const formatError = createErrorFormatter({ showCauses, logger });
  const graphql = createGraphqlServer({ configuration, gateway, formatError, logger, metrics });
  await graphql.start();

  const events = followEvents({
    configuration,
    settings: () => gateway.current.subgraphs.map(({ settings }) => settings),
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

  const http = createHttpService({
    host: common.host,
    port: configuration.port,
    metricsPort: common.metricsPort,
    logger,
    metrics,
    // Never the subgraphs: a router that has lost one serves the rest.
    readiness: { supergraph: () => Promise.resolve(gateway.current) },
    drainMilliseconds: common.drainMilliseconds,
    showCauses,
  });
  http.app.set('trust proxy', configuration.trustedProxies);
  http.app.use(securityHeaders);
  http.app.get('/health/subgraphs', (_request, response) => {
    response.json({
      subgraphs: gateway.current.subgraphs.map(({ settings, replicas }) => ({
        name: settings.name,
        replicas: replicas.length,
        available: replicas.filter(({ isAway }) => !isAway).length,
      })),
    });
  });
  http.app.use(
    '/graphql',
    allowOrigins(configuration.corsOrigins),
    jsonBody(limits.maximumBodyBytes),
    expressMiddleware(graphql, {
      context: ({ req, res }) =>
        contextOf(req, res).catch((error: unknown) => {
          throw toRequestError(error);
        }),
    }),
  );
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

  const file = watchFile(
    configuration.supergraphFile,
    text,
    async (sdl) => {
      try {
        const next = await load(sdl, gateway.current);
        gateway.replace(next);
        events.follow();
        clients.keepOnly(next.subgraphs);
        logger.info({ event: 'reloaded', file: configuration.supergraphFile }, 'a new supergraph is served');
      } catch (error) {
        clients.keepOnly(gateway.current.subgraphs);
        const cause = describeCause(error);
        logger.error(
          { event: 'refused', file: configuration.supergraphFile, cause },
          'the new supergraph was refused; the one before goes on',
        );
      }
    },
    logger,
  );

  const url = await http.start();
  return {
    url,
    reload: () => file.check(),
    async stop() {
      file.stop();
      keys.stop();
      await events.stop();
      await http.stop();
      await graphql.stop();
      await clients.close();
    },
  };
}
