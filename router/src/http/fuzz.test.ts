import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startCatalogue } from '../testing/library.js';
import { startTestRouter, type TestRouter } from '../testing/test-router.js';
import type { TestSubgraph } from '../testing/test-subgraph.js';
import {
  createDice,
  hostileHeaders,
  hostileMessage,
  type HostileMessage,
} from './testing/hostile-messages.js';

const FULL = process.env['SUPERGRAPH_TEST_FULL'] !== undefined;
const MESSAGES = FULL ? 100_000 : 3_000;
const CONNECTIONS = 8;
const RAW_BATCHES = MESSAGES / 50;
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000);
/** Above what full caches of the router hold. */
const ALLOWED_GROWTH_BYTES = 150_000_000;
const PATIENCE_MILLISECONDS = FULL ? 1_800_000 : 300_000;

let catalogue: TestSubgraph;
let router: TestRouter;

beforeAll(async () => {
  catalogue = await startCatalogue();
  router = await startTestRouter([catalogue], {
    ROUTER_AUTOMATIC_PERSISTED_QUERIES: 'true',
    ROUTER_HEADER_RULES: '[{"propagateMatching":"x-.*"}]',
    ROUTER_RATE_LIMITS: '[{"name":"wide","requests":1000000000,"seconds":3600}]',
  });
});

afterAll(async () => {
  await router.stop();
  await catalogue.kill();
});

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

/** Gives the status of the answer, 0 when the connection was closed for what was sent. */
function send({ method, path, headers, body }: HostileMessage): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const outgoing = request(`${router.url}${path}`, { method, headers, timeout: 60_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('latin1') }),
      );
      response.on('error', () => resolve({ status: 0, text: '' }));
    });
    outgoing.on('timeout', () => resolve({ status: 599, text: 'no answer' }));
    outgoing.on('error', () => resolve({ status: 0, text: '' }));
    outgoing.end(body);
  });
}

/** Writes to a socket and gives every status that comes back. */
function sendRaw(bytes: Buffer): Promise<ReadonlyArray<number>> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(router.url);
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.end(bytes));
    socket.setTimeout(60_000, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () =>
      resolve([...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, code]) => Number(code))),
    );
  });
}

describe(`hostile messages, FUZZ_SEED=${SEED}`, () => {
  it(
    `${MESSAGES} of them cause no 5xx, and leave a router that answers in bounded memory`,
    async () => {
      const dice = createDice(SEED);
      const statuses = new Map<number, number>();
      const failures: unknown[] = [];
      const before = heapBytes();
      let sent = 0;
      const worker = async (): Promise<void> => {
        while (sent < MESSAGES) {
          sent += 1;
          const message = hostileMessage(dice);
          const { status, text } = await send(message);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (status >= 500 || text.includes('INTERNAL_SERVER_ERROR') || text.includes('.ts:')) {
            failures.push({ status, text: text.slice(0, 300), message: describeMessage(message) });
          }
          catalogue.requests.length = 0;
        }
      };
      await Promise.all(Array.from({ length: CONNECTIONS }, worker));
      expect(failures.slice(0, 5)).toEqual([]);
      expect(statuses.get(200) ?? 0).toBeGreaterThan(MESSAGES / 50);
      expect(statuses.get(400) ?? 0).toBeGreaterThan(MESSAGES / 50);
      expect((await router.ask('{ books { title } }')).errors).toBeUndefined();
      expect(heapBytes() - before).toBeLessThan(ALLOWED_GROWTH_BYTES);
    },
    PATIENCE_MILLISECONDS,
  );

  it(
    `${RAW_BATCHES} batches on one socket each cause no 5xx`,
    async () => {
      const dice = createDice(SEED + 1);
      const failures: unknown[] = [];
      for (let index = 0; index < RAW_BATCHES; index += 1) {
        const parts = Array.from({ length: dice.below(4) + 1 }, () => {
          const { method, path, headers, body } = hostileMessage(dice);
          const lines = [`${method} ${path} HTTP/1.1`, 'host: x', ...hostileHeaders(dice)];
          const type = headers['content-type'];
          const length = dice.below(20) === 0 ? dice.below(1_000) : body.length;
          lines.push(...(type === undefined ? [] : [`content-type: ${type}`]), `content-length: ${length}`);
          return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
        });
        const bytes = Buffer.concat(parts);
        const statuses = await sendRaw(
          dice.below(5) === 0 ? bytes.subarray(0, dice.below(bytes.length)) : bytes,
        );
        // Node itself says 501 and 505 of methods and versions that it does not know.
        if (statuses.some((status) => status === 500 || status > 501)) {
          failures.push({ statuses, bytes: bytes.toString('latin1').slice(0, 500) });
        }
      }
      expect(failures.slice(0, 5)).toEqual([]);
      expect((await router.ask('{ books { title } }')).errors).toBeUndefined();
    },
    PATIENCE_MILLISECONDS,
  );
});

function describeMessage({ method, path, headers, body }: HostileMessage): object {
  return {
    method,
    path: path.slice(0, 500),
    headers,
    body: body.toString('latin1').slice(0, 500),
    hash: createHash('sha256').update(body).digest('hex'),
  };
}
