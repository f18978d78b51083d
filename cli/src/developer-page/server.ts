import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { forward } from './forward.js';

/** The page for developers as it runs. */
export interface DeveloperPage {
  /** Such as `http://localhost:4005`. */
  readonly url: string;
  stop(): Promise<void>;
}

const FOLDER = fileURLToPath(new URL('../../developer-page/', import.meta.url));
const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/verify-email': ['verify-email.html', 'text/html; charset=utf-8'],
  '/verify-email.js': ['verify-email.js', 'text/javascript; charset=utf-8'],
  '/reset-password': ['reset-password.html', 'text/html; charset=utf-8'],
  '/reset-password.js': ['reset-password.js', 'text/javascript; charset=utf-8'],
  '/mail-link.js': ['mail-link.js', 'text/javascript; charset=utf-8'],
};
/** What the pages that mails link to ask of the graph. */
const GRAPH_PATH = '/graphql';
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
/** A page elsewhere cannot send it without being asked first whether it may, and nobody says yes. */
const OWN_HEADER = 'x-developer-page';

/** Where what the pages ask is answered. */
interface Backends {
  /** Address by name. */
  readonly services: Readonly<Record<string, string>>;
  /** Such as `http://localhost:4000`. */
  readonly routerUrl: string;
}

/**
 * Serves the page for developers: mails that were not sent, payments that are due, webhooks to fire. What it shows and
 * does it asks of the services' `/developer/…`, which they have on the embedded default only. The links of the mails
 * lead to `/verify-email` and `/reset-password` here, which ask the graph, as the pages of a product would.
 *
 * It answers to names of this machine alone, since a page elsewhere could point a name of its own here.
 *
 * @param options.port 0 for any
 */
export async function startDeveloperPage(
  options: Backends & { readonly port: number },
): Promise<DeveloperPage> {
  const server = createServer((request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      if (!response.headersSent) {
        send(response, 502, { message: `The service does not answer: ${(error as Error).message}` });
      } else {
        response.destroy();
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `http://localhost:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { services, routerUrl }: Backends,
): Promise<void> {
  response.setHeader(
    'content-security-policy',
    "default-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('cache-control', 'no-store');
  if (!LOOPBACK.test(request.headers.host ?? '')) {
    send(response, 403, { message: 'This page is for this machine only; ask for localhost.' });
    return;
  }
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const file = FILES[pathname];
  if (file !== undefined && request.method === 'GET') {
    response.setHeader('content-type', file[1]).end(await readFile(`${FOLDER}${file[0]}`));
    return;
  }
  const url = findBackend(pathname, { services, routerUrl });
  if (url === undefined) {
    send(response, 404, { message: 'There is no such page.' });
  } else if (request.method !== 'GET' && request.headers[OWN_HEADER] === undefined) {
    send(response, 403, { message: 'Only the page for developers may do this.' });
  } else {
    await forward(request, response, url);
  }
}

/** Where a path leads, undefined when it leads nowhere. */
function findBackend(pathname: string, { services, routerUrl }: Backends): string | undefined {
  if (pathname === GRAPH_PATH) {
    return `${routerUrl}${GRAPH_PATH}`;
  }
  const [, service = '', path = ''] =
    /^\/services\/([a-z][a-z0-9_]*)(\/developer\/[\w/-]+)$/.exec(pathname) ?? [];
  return services[service] === undefined ? undefined : `${services[service]}${path}`;
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
