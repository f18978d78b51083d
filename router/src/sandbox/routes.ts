import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ApplicationError } from '@supergraph/platform/errors';
import { currentRequest, startTrace } from '@supergraph/platform/telemetry';
import express, { Router, type RequestHandler } from 'express';
import type { SandboxSettings } from '../configuration.js';
import { describeTransportFailure } from '../failures/describe-transport-failure.js';
import { HttpRefusal } from '../http/http-refusal.js';
import { jsonBody } from '../http/json-body.js';
import { PAGE_CONTENT_POLICY } from '../http/security-headers.js';
import type { RouterContext } from '../identity/request-context.js';
import type { LoadedSupergraph } from '../supergraph/loaded-supergraph.js';
import { requestHeaders } from '../transport/request-headers.js';
import { TransportFailure } from '../transport/transport-failure.js';
import type { SandboxConfiguration } from './configuration.js';
import { describeOwnership } from './ownership.js';

/** What the sandbox is served from. */
export interface SandboxOptions {
  readonly settings: SandboxSettings;
  /** Where the bundled page lies. */
  readonly folder: string;
  readonly supergraph: () => LoadedSupergraph;
  readonly createContext: (...of: Parameters<RequestHandler>) => Promise<RouterContext>;
  readonly maximumBodyBytes: number;
}

/**
 * Serves the sandbox: its page at `/`, what the page loads and asks for below `/sandbox/`. Other origins get no
 * permission to use any of it.
 */
export function sandboxRoutes(options: SandboxOptions): Router {
  const router = Router();
  const page = join(options.folder, 'index.html');
  router.get('/', (_request, response) => {
    if (!existsSync(page)) {
      throw new HttpRefusal(
        404,
        'The sandbox page is not built yet: run `npm run build`. The graph is at /graphql.',
      );
    }
    response.setHeader('content-security-policy', PAGE_CONTENT_POLICY);
    response.sendFile(page, { cacheControl: false });
  });
  router.get('/sandbox/config.json', (_request, response) => {
    response.json(describeSandbox(options.settings, options.supergraph()));
  });
  router.post('/sandbox/subgraphs/:name', jsonBody(options.maximumBodyBytes), askSubgraph(options));
  router.use('/sandbox/assets', keepable, express.static(join(options.folder, 'assets'), ASSETS));
  router.use('/sandbox', express.static(options.folder, { index: false, cacheControl: false }));
  return router;
}

/** The bundler names assets by their content, so they never change. */
const ASSETS = { immutable: true, maxAge: '1y', index: false } as const;

/** Takes back that nothing may be kept, which holds for every other answer. */
const keepable: RequestHandler = (_request, response, next) => {
  response.removeHeader('cache-control');
  next();
};

function describeSandbox(settings: SandboxSettings, supergraph: LoadedSupergraph): SandboxConfiguration {
  return {
    ...settings,
    endpoint: '/graphql',
    subgraphs: supergraph.subgraphs.map(({ settings: { name } }) => ({
      name,
      endpoint: `/sandbox/subgraphs/${encodeURIComponent(name)}`,
    })),
    ownership: ownershipOf(supergraph),
  };
}

const ownerships = new WeakMap<LoadedSupergraph, SandboxConfiguration['ownership']>();

function ownershipOf(supergraph: LoadedSupergraph): SandboxConfiguration['ownership'] {
  const known = ownerships.get(supergraph) ?? describeOwnership(supergraph.sdl);
  ownerships.set(supergraph, known);
  return known;
}

/** Hands an operation to one subgraph as the router would, for the caller whose token it carries. */
function askSubgraph(options: SandboxOptions): RequestHandler {
  return async (request, response, next) => {
    const { name } = request.params;
    const client = options.supergraph().subgraphs.find(({ settings }) => settings.name === name);
    if (client === undefined) {
      throw new HttpRefusal(404, 'The supergraph has no subgraph of this name.');
    }
    const context = await options.createContext(request, response, next);
    try {
      const answer = await client.send({
        // What it is has not been looked at, so it must not be sent twice.
        operation: 'mutation',
        body: JSON.stringify(request.body),
        headers: requestHeaders(
          { ...context, trace: currentRequest()?.trace ?? startTrace() },
          client.settings.secret,
        ),
        timeoutMilliseconds: context.lifetime.remainingMilliseconds,
      });
      response.json(answer);
    } catch (error) {
      if (!(error instanceof TransportFailure)) {
        throw error;
      }
      const { message, extensions } = describeTransportFailure(client.settings.name, error, false);
      throw new ApplicationError(extensions.code, message, { cause: error });
    }
  };
}
