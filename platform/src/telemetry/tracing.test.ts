import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SamplerName } from '../configuration/index.js';
import { createLogger } from './logger.js';
import { runInRequest } from './request-scope.js';
import { beginPiece, beginSpan, isTracing, runInSpan } from './span.js';
import { startTracing, type Tracing } from './start-tracing.js';
import { startTrace } from './trace-context.js';

interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly status: { readonly code?: number; readonly message?: string };
}

let collector: Server;
let answers = true;
let sent: SentSpan[] = [];
let tracing: Tracing | undefined;
beforeEach(async () => {
  answers = true;
  sent = [];
  collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString()) as {
        resourceSpans: ReadonlyArray<{ scopeSpans: ReadonlyArray<{ spans: ReadonlyArray<SentSpan> }> }>;
      };
      sent.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)));
      if (answers) {
        response.setHeader('content-type', 'application/json').end('{}');
      }
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await tracing?.stop();
  await new Promise((resolve) => {
    collector.close(resolve);
    collector.closeAllConnections();
  });
});

async function start(sampler: SamplerName = 'parentbased_always_on', endpoint?: string): Promise<void> {
  const { port } = collector.address() as AddressInfo;
  const settings = { headers: {}, serviceName: undefined, resourceAttributes: {}, sampler, ratio: 0.5 };
  tracing = await startTracing(
    'test',
    { ...settings, endpoint: endpoint ?? `http://127.0.0.1:${port}` },
    createLogger('test', 'silent'),
  );
}

const ROOT = { name: 'root', kind: 'server', parent: undefined } as const;

describe('tracing', () => {
  it('makes no spans while it is off', async () => {
    tracing = await startTracing('test', undefined, createLogger('test', 'silent'));
    expect(isTracing()).toBe(false);
    expect(beginSpan(ROOT)).toBeUndefined();
    expect(await runInSpan(ROOT, () => Promise.resolve(1))).toBe(1);
  });

  it('sends what is recorded when it stops, each piece under its whole', async () => {
    await start();
    await runInSpan(ROOT, () => {
      beginPiece({ name: 'piece', kind: 'client' })?.end();
      return Promise.resolve();
    });
    await tracing?.stop();
    const [piece, root] = ['piece', 'root'].map((name) => sent.find((span) => span.name === name));
    expect(piece?.traceId).toBe(root?.traceId);
    expect(piece?.parentSpanId).toBe(root?.spanId);
    expect(beginSpan(ROOT)).toBeUndefined();
  });

  it('tells of a failure its code and not its message', async () => {
    await start();
    const failing = Object.assign(new Error('jane@example.com is taken'), { code: '23505' });
    await expect(runInSpan(ROOT, () => Promise.reject(failing))).rejects.toBe(failing);
    await tracing?.stop();
    expect(sent[0]?.status.code).toBe(2);
    expect(JSON.stringify(sent)).toContain('23505');
    expect(JSON.stringify(sent)).not.toContain('jane');
  });

  it('records nothing of a trace that is not recorded, and keeps its id', async () => {
    await start();
    const parent = { ...startTrace(), sampled: false };
    expect(beginSpan({ ...ROOT, parent })).toBeUndefined();
    runInRequest(parent, () => expect(beginPiece({ name: 'piece', kind: 'client' })).toBeUndefined());
  });

  it('gives a trace that is not chosen ids of its own all the same', async () => {
    await start('parentbased_always_off');
    const span = beginSpan(ROOT);
    expect(span?.trace).toEqual({
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      sampled: false,
    });
    span?.end();
    await tracing?.stop();
    expect(sent).toEqual([]);
  });

  it.each([
    ['never answers', undefined],
    ['is not there', 'http://127.0.0.1:1'],
  ])('ends although the collector %s', async (_what, endpoint) => {
    answers = false;
    await start('always_on', endpoint);
    beginSpan(ROOT)?.end();
    await tracing?.stop();
    expect(isTracing()).toBe(false);
  });
});
