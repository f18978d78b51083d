import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startCatalogue, startReviews } from '../testing/library.js';
import { compose, startTestRouter, type GraphqlAnswer, type TestRouter } from '../testing/test-router.js';
import type { TestSubgraph } from '../testing/test-subgraph.js';

let catalogue: TestSubgraph;
let reviews: TestSubgraph;
let server: Server;
let url: string;
let folder: string;
let serve: RequestListener;
let asked: Array<string | undefined>;
const routers: TestRouter[] = [];

beforeEach(async () => {
  [catalogue, reviews] = await Promise.all([startCatalogue(), startReviews()]);
  folder = await mkdtemp(join(tmpdir(), 'supergraph-url-'));
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.headers['if-none-match']);
    serve(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/supergraph`;
});

afterEach(async () => {
  await Promise.all(routers.splice(0).map((router) => router.stop()));
  await Promise.all([catalogue, reviews].map((subgraph) => subgraph.kill()));
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Serves a text under a version, and 304 to whoever has it. */
function serveText(text: string, version: string): void {
  serve = (request, response) => {
    if (request.headers['if-none-match'] === `"${version}"`) {
      response.writeHead(304).end();
    } else {
      response.setHeader('etag', `"${version}"`).end(text);
    }
  };
}

async function route(environment: Readonly<Record<string, string>> = {}): Promise<TestRouter> {
  const router = await startTestRouter([catalogue, reviews], {
    ROUTER_SUPERGRAPH_URL: url,
    ROUTER_SUPERGRAPH_POLL_MILLISECONDS: '3600000',
    ...environment,
  });
  routers.push(router);
  return router;
}

const knowsReviews = async (router: TestRouter): Promise<boolean> =>
  (await router.ask('{ reviewCount }')).errors === undefined;

describe('a supergraph that is served at an address', () => {
  it('is taken over when it changes, and asked for with what is known of it', async () => {
    serveText(compose([catalogue]), 'one');
    const router = await route();
    expect(await knowsReviews(router)).toBe(false);
    await router.reload();
    serveText(compose([catalogue, reviews]), 'two');
    await router.reload();
    expect(await knowsReviews(router)).toBe(true);
    await router.reload();
    expect(asked).toEqual([undefined, '"one"', '"one"', '"two"']);
  });

  it('is looked at by itself', async () => {
    serveText(compose([catalogue]), 'one');
    const router = await route({ ROUTER_SUPERGRAPH_POLL_MILLISECONDS: '100' });
    serveText(compose([catalogue, reviews]), 'two');
    while (!(await knowsReviews(router))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  it.each<readonly [string, RequestListener]>([
    ['answers 500', (_, response) => void response.writeHead(500).end('type Query { a: Int }')],
    ['answers a page', (_, response) => void response.end('<html></html>')],
    ['answers half', (_, response) => void response.end(compose([catalogue]).slice(0, 700))],
    ['answers nothing', (_, response) => void response.end()],
    ['breaks off', (_, response) => void response.destroy()],
    ['answers without end', (_, response) => void pour(response)],
  ])('goes on as it was while the address %s', async (_name, listener) => {
    serveText(compose([catalogue, reviews]), 'one');
    const router = await route();
    serve = listener;
    await router.reload();
    expect(await knowsReviews(router)).toBe(true);
    serveText(compose([catalogue]), 'two');
    await router.reload();
    expect(await knowsReviews(router)).toBe(false);
  });

  it('loses no request to reloads under load, broken ones among them', async () => {
    serveText(compose([catalogue, reviews]), 'first');
    const router = await route();
    const answers: GraphqlAnswer[] = [];
    let going = true;
    const workers = [0, 1, 2].map(async (worker) => {
      for (let count = 0; going; count += 1) {
        answers.push(await router.ask(`query Q${worker}_${count % 20} { books { title rating } }`));
      }
    });
    for (let version = 0; version < 6; version += 1) {
      const moved = { ...reviews, url: `${reviews.url}?version=${version}` };
      const text = compose(version % 2 === 0 ? [catalogue, moved] : [moved, catalogue]);
      serveText(version % 3 === 2 ? text.slice(0, 900) : text, String(version));
      await router.reload();
      const enough = answers.length + 10;
      while (answers.length < enough) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    going = false;
    await Promise.all(workers);
    expect(answers.filter(({ errors }) => errors !== undefined)).toEqual([]);
  });

  it('is started from its copy while the address is away, and not without one', async () => {
    const copy = join(folder, 'copy.graphql');
    serveText(compose([catalogue]), 'one');
    const first = await route({ ROUTER_SUPERGRAPH_COPY: copy });
    serveText(compose([catalogue, reviews]), 'two');
    await first.reload();
    serveText('type Query {', 'broken');
    await first.reload();
    expect(await readFile(copy, 'utf8')).toBe(compose([catalogue, reviews]));

    serve = (_, response) => void response.destroy();
    await expect(route()).rejects.toThrow(/ROUTER_SUPERGRAPH_URL.*no copy/);
    const second = await route({ ROUTER_SUPERGRAPH_COPY: copy });
    expect(await knowsReviews(second)).toBe(true);
    serveText(compose([catalogue]), 'three');
    await second.reload();
    expect(await knowsReviews(second)).toBe(false);
  });
});

/** More than is read, until the other side hangs up. */
function pour(response: Parameters<RequestListener>[1]): void {
  const chunk = Buffer.alloc(1 << 20, ' ');
  const more = (): void => {
    while (!response.destroyed && response.write(chunk)) {
      // Until the buffer is full.
    }
  };
  response.on('drain', more);
  more();
}
