import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { StoryView } from './story-state.js';

/** The page of the demonstration as it runs. */
export interface DemoPage {
  /** Such as `http://localhost:4020`. */
  readonly url: string;
  stop(): Promise<void>;
}

const FOLDER = fileURLToPath(new URL('../../demo-split/', import.meta.url));
const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/chart.js': ['chart.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
};
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
/** A page elsewhere cannot send it without being asked first whether it may, and nobody says yes. */
const OWN_HEADER = 'x-demo-page';
const PAUSE_MILLISECONDS = 250;

/**
 * Serves the page, what it shows as server-sent events at `/events`, and its button at `/start`. It answers to names of
 * this machine alone, since a page elsewhere could point a name of its own here.
 *
 * @param options.port 0 for any
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function startDemoPage(options: {
  readonly port: number;
  readonly view: () => StoryView;
  readonly onStart: () => void;
}): Promise<DemoPage> {
  const server = createServer((request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else send(response, 500, (error as Error).message);
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
  { view, onStart }: { readonly view: () => StoryView; readonly onStart: () => void },
): Promise<void> {
  response.setHeader(
    'content-security-policy',
    "default-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('cache-control', 'no-store');
  if (!LOOPBACK.test(request.headers.host ?? '')) {
    send(response, 403, 'This page is for this machine only; ask for localhost.');
    return;
  }
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const file = FILES[pathname];
  if (file !== undefined && request.method === 'GET') {
    response.setHeader('content-type', file[1]).end(await readFile(`${FOLDER}${file[0]}`));
  } else if (pathname === '/favicon.ico') {
    // Browsers ask for it unasked, and complain when there is none.
    response.writeHead(204).end();
  } else if (pathname === '/events' && request.method === 'GET') {
    sendEvents(response, view);
  } else if (pathname === '/start' && request.method === 'POST') {
    if (request.headers[OWN_HEADER] === undefined) {
      send(response, 403, 'Only the page itself may do this.');
      return;
    }
    onStart();
    response.writeHead(204).end();
  } else {
    send(response, 404, 'There is no such page.');
  }
}

/** Sends what the page shows whenever it has changed, until the page is closed. */
function sendEvents(response: ServerResponse, view: () => StoryView): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let last = '';
  const sendOne = (): void => {
    const next = JSON.stringify(view());
    // A viewer who does not read must not fill the memory.
    if (next === last || response.writableNeedDrain) return;
    last = next;
    response.write(`data: ${next}\n\n`);
  };
  sendOne();
  const timer = setInterval(sendOne, PAUSE_MILLISECONDS);
  response.once('close', () => clearInterval(timer));
}

function send(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
}
