import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A span as a collector receives it. */
export interface ReceivedSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first of a trace. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: ReadonlyArray<string>;
}

/** A collector of OpenTelemetry that takes traces over HTTP as JSON, and keeps them. */
export interface Collector {
  readonly url: string;
  readonly spans: ReadonlyArray<ReceivedSpan>;
  /** Everything that came, as text. */
  readonly bodies: ReadonlyArray<string>;
  readonly headers: ReadonlyArray<Readonly<Record<string, unknown>>>;
  /** Takes what comes and never answers from now on. */
  fallSilent(): void;
  stop(): Promise<void>;
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface ExportRequest {
  readonly resourceSpans?: ReadonlyArray<{
    readonly resource: { readonly attributes: ReadonlyArray<Attribute> };
    readonly scopeSpans: ReadonlyArray<{
      readonly spans: ReadonlyArray<{
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly name: string;
        readonly attributes?: ReadonlyArray<Attribute>;
        readonly links?: ReadonlyArray<{ readonly traceId: string }>;
      }>;
    }>;
  }>;
}

/** Starts one on a free port. */
export async function startCollector(): Promise<Collector> {
  const spans: ReceivedSpan[] = [];
  const bodies: string[] = [];
  const headers: Record<string, unknown>[] = [];
  let isSilent = false;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (isSilent) {
        return;
      }
      const whole = Buffer.concat(chunks);
      const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(whole) : whole).toString();
      bodies.push(text);
      headers.push({ ...request.headers, path: request.url });
      spans.push(...readSpans(JSON.parse(text) as ExportRequest));
      response.setHeader('content-type', 'application/json').end('{"partialSuccess":{}}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    bodies,
    headers,
    fallSilent() {
      isSilent = true;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function readSpans({ resourceSpans = [] }: ExportRequest): ReadonlyArray<ReceivedSpan> {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map((span) => ({
        service: String(readAttributes(resource.attributes)['service.name']),
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        name: span.name,
        attributes: readAttributes(span.attributes ?? []),
        links: (span.links ?? []).map(({ traceId }) => traceId),
      })),
    ),
  );
}

function readAttributes(attributes: ReadonlyArray<Attribute>): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
