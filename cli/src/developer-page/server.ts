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
};
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
/** A page elsewhere cannot send it without being asked first whether it may, and nobody says yes. */
const OWN_HEADER = 'x-developer-page';

/**
 * Serves the page for developers: mails that were not sent, payments that are due, webhooks to fire. What it shows and
 * does it asks of the services' `/developer/…`, which they have on the embedded default only.
 *
 * It answers to names of this machine alone, since a page elsewhere could point a name of its own here.
 *
 * @param options.services address by name
 */
export async function startDeveloperPage(options: {
  readonly port: number;
  readonly services: Readonly<Record<string, string>>;
}): Promise<DeveloperPage> {
  const server = createServer((request, response) => {
    answer(request, response, options.services).catch((error: unknown) => {
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
  services: Readonly<Record<string, string>>,
): Promise<void> {
  response.setHeader('content-security-policy', "default-src 'self'; frame-ancestors 'none'");
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
  const [, service = '', path = ''] =
    /^\/services\/([a-z][a-z0-9_]*)(\/developer\/[\w/-]+)$/.exec(pathname) ?? [];
  const url = services[service];
  if (url === undefined) {
    send(response, 404, { message: 'There is no such page.' });
  } else if (request.method !== 'GET' && request.headers[OWN_HEADER] === undefined) {
    send(response, 403, { message: 'Only the page for developers may do this.' });
  } else {
    await forward(request, response, `${url}${path}`);
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
