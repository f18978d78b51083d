import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import { continueTrace, runInRequest, type Logger, type Metrics } from '../telemetry/index.js';
import { beginRequestSpan } from './request-span.js';
import { closeServer, trackSilentConnections } from './close-server.js';
import { readReadiness, type ReadinessCheck } from './readiness.js';
import { dress, goShortWay, isFor, type ShortWay } from './short-way.js';

/** What an HTTP service is made of. */
export interface HttpServiceOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** `/metrics` gets a port of its own when given. */
  readonly metricsPort?: number | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /**
   * Told as JSON at `/NAME` of the port of the metrics. Without such a port they are told on the embedded default only,
   * on the service's own.
   */
  readonly reports?: Readonly<Record<string, () => unknown>>;
  /** What must be there for `/health/ready` to say 200, by name. */
  readonly readiness: Readonly<Record<string, ReadinessCheck>>;
  /** How long an ending service waits for requests under way, in milliseconds. */
  readonly drainMilliseconds: number;
  /** How long an ending service goes on accepting while `/health/ready` says 503, in milliseconds; 0 when not given. */
  readonly drainNoticeMilliseconds?: number;
  /** Shows the causes of failed checks on `/health/ready`. */
  readonly showCauses: boolean;
}

/** An HTTP server with health, metrics, traces and an end without a cut request. */
export interface HttpService {
  readonly app: Express;
  readonly server: Server;
  /**
   * Serves a path and what is below it. A request for exactly the path comes to its handlers at once, whatever stands
   * before them in `app`: Express looks at each of its routes for each request, and most requests are for one path.
   */
  serve(way: ShortWay): void;
  /** Begins to listen and gives the address, such as `http://127.0.0.1:4001`. Throws when the port is taken. */
  start(): Promise<string>;
  /**
   * Says on `/health/ready` and by `Connection: close` that it ends, goes on for the time of the notice, then stops
   * accepting, finishes what it has within the drain time, closes. Safe to call twice.
   */
  stop(): Promise<void>;
}

/** Makes the server; routes are added to `app` before {@link HttpService.start}. */
export function createHttpService(options: HttpServiceOptions): HttpService {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  const fail = failureHandler(options.logger);
  const shortWays: ShortWay[] = [];
  const server = createServer((bareRequest, bareResponse) => {
    const way = shortWays.find(({ path }) => isFor(path, bareRequest.url));
    if (way === undefined) {
      app(bareRequest, bareResponse);
      return;
    }
    const { request, response } = dress(app, bareRequest, bareResponse);
    begin(request, response, way.path, () =>
      goShortWay(way, request, response, (error) => fail(error, request, response, () => undefined)),
    );
  });
  // Longer than the router keeps idle connections, so that it is the client who closes and never races a close.
  server.keepAliveTimeout = 30_000;
  server.headersTimeout = 15_000;
  server.requestTimeout = 60_000;
  let ending: Promise<void> | undefined;
  const silent = trackSilentConnections(server);
  const metricsServer = options.metricsPort === undefined ? undefined : createServer(metricsApp(options));

  const begin = (request: Request, response: Response, route: string, next: () => void): void => {
    const span = beginRequestSpan(request, response, route);
    const trace = span?.trace ?? continueTrace(request.get('traceparent'));
    response.setHeader('x-trace-id', trace.traceId);
    if (ending !== undefined) {
      response.setHeader('connection', 'close');
    }
    const end = options.metrics.httpDuration.startTimer();
    response.on('close', () => end({ route, status: String(response.statusCode) }));
    runInRequest(trace, next);
  };
  // The label is read now: Express takes the mount path away while a mounted handler answers.
  app.use((request, response, next) => begin(request, response, routeLabel(request.path), next));
  app.get('/health/live', (_request, response) => {
    response.json({ live: true });
  });
  app.get('/health/ready', async (_request, response) => {
    const readiness = await readReadiness(options.readiness);
    const ready = readiness.ready && ending === undefined;
    response.status(ready ? 200 : 503).json({
      ready,
      checks: options.showCauses ? readiness.checks : withoutCauses(readiness.checks),
    });
  });
  if (metricsServer === undefined) {
    app.use('/metrics', metricsApp({ ...options, reports: {} }));
    addReports(app, options.showCauses ? options.reports : {});
  }

  return {
    app,
    server,
    serve(way) {
      shortWays.push(way);
      app.use(way.path, ...way.handlers, way.answerError);
    },
    async start() {
      app.use(fail);
      if (metricsServer !== undefined) {
        await listen(metricsServer, options.metricsPort ?? 0, options.host);
      }
      const port = await listen(server, options.port, options.host).catch(async (error: unknown) => {
        // A process that could not start must not be kept alive by half of a service.
        if (metricsServer !== undefined) {
          await closeServer(metricsServer, 0);
        }
        throw error;
      });
      return `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`;
    },
    stop() {
      ending ??= giveNotice(options).then(async () => {
        await closeServer(server, options.drainMilliseconds, silent);
        if (metricsServer !== undefined) {
          await closeServer(metricsServer, 0);
        }
      });
      return ending;
    },
  };
}

function metricsApp(options: HttpServiceOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.get(['/', '/metrics'], async (_request, response) => {
    response.type(options.metrics.registry.contentType).send(await options.metrics.registry.metrics());
  });
  addReports(app, options.reports);
  app.use(failureHandler(options.logger));
  return app;
}

function addReports(app: Express, reports: HttpServiceOptions['reports'] = {}): void {
  for (const [name, report] of Object.entries(reports)) {
    app.get(`/${name}`, (_request, response) => {
      response.json(report());
    });
  }
}

/**
 * Every answer says meanwhile that its connection closes, so kept connections come to their end without a request
 * that meets a closed one.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
async function giveNotice({ drainNoticeMilliseconds = 0 }: HttpServiceOptions): Promise<void> {
  if (drainNoticeMilliseconds > 0) {
    await new Promise((resolve) => setTimeout(resolve, drainNoticeMilliseconds));
  }
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

/** Express would write the stack trace to standard error and, outside of production, to the client. */
function failureHandler(logger: Logger): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, _request, response, _next) => {
    const { status } = (error ?? {}) as { status?: unknown };
    const isClientError = typeof status === 'number' && status >= 400 && status < 500;
    if (!isClientError) {
      logger.error({ err: error }, 'a request failed');
    }
    if (response.headersSent) {
      response.destroy();
    } else {
      response.sendStatus(isClientError ? status : 500);
    }
  };
}

/** Routes are few and named; anything else is one label, since a hostile client could invent endless paths. */
function routeLabel(path: string): string {
  const known = [
    '/graphql',
    '/events',
    '/health/live',
    '/health/ready',
    '/metrics',
    '/.well-known/jwks.json',
  ];
  return known.includes(path) ? path : 'other';
}

function withoutCauses(
  checks: Readonly<Record<string, { readonly ok: boolean }>>,
): Record<string, { ok: boolean }> {
  return Object.fromEntries(Object.entries(checks).map(([name, { ok }]) => [name, { ok }]));
}
