import { randomUUID } from 'node:crypto';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import type * as Sdk from '@opentelemetry/sdk-trace-base';
import type { TracingSettings } from '../configuration/index.js';
import type { Logger } from './logger.js';
import { useSpanSource } from './span.js';

/** The tracing of a process. */
export interface Tracing {
  /** Sends what is recorded, within three seconds, and switches tracing off. */
  stop(): Promise<void>;
}

const FLUSH_MILLISECONDS = 3_000;
const PAUSE_BETWEEN_COMPLAINTS = 60_000;
const OFF: Tracing = { stop: () => Promise.resolve() };

/**
 * Switches tracing on for this process: spans go in batches to a collector over OTLP. A collector that is slow or away
 * costs spans and nothing else: no request waits for it. The libraries are loaded only when they are needed.
 *
 * @param settings undefined leaves tracing off
 * @see https://opentelemetry.io/docs/specs/otlp/
 */
export async function startTracing(
  service: string,
  settings: TracingSettings | undefined,
  logger: Logger,
): Promise<Tracing> {
  if (settings === undefined) {
    return OFF;
  }
  const [{ OTLPTraceExporter }, { resourceFromAttributes }, sdk] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace-base'),
  ]);
  diag.setLogger(complainTo(logger), DiagLogLevel.ERROR);
  const exporter = new OTLPTraceExporter({
    url: `${settings.endpoint}/v1/traces`,
    headers: { ...settings.headers },
    concurrencyLimit: 4,
  });
  const provider = new sdk.BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': settings.serviceName ?? service,
      'service.namespace': 'supergraph',
      'service.instance.id': randomUUID(),
      'process.pid': process.pid,
      ...settings.resourceAttributes,
    }),
    sampler: samplerOf(settings, sdk),
    spanProcessors: [
      new sdk.BatchSpanProcessor(exporter, { scheduledDelayMillis: 1_000, exportTimeoutMillis: 10_000 }),
    ],
  });
  const source = {
    tracer: provider.getTracer('supergraph'),
    honoursParent: settings.sampler.startsWith('parentbased_'),
  };
  useSpanSource(source);
  logger.info({ collector: new URL(settings.endpoint).origin, sampler: settings.sampler }, 'traces are sent');
  return {
    async stop() {
      useSpanSource(undefined);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, FLUSH_MILLISECONDS);
      });
      await Promise.race([provider.shutdown().catch(() => logger.warn('the last spans were lost')), late]);
      clearTimeout(timer);
    },
  };
}

function samplerOf({ sampler, ratio }: TracingSettings, sdk: typeof Sdk): Sdk.Sampler {
  const root = sampler.endsWith('always_on')
    ? new sdk.AlwaysOnSampler()
    : sampler.endsWith('always_off')
      ? new sdk.AlwaysOffSampler()
      : new sdk.TraceIdRatioBasedSampler(ratio);
  return sampler.startsWith('parentbased_') ? new sdk.ParentBasedSampler({ root }) : root;
}

/** A collector that is away would otherwise fill the log. */
function complainTo(logger: Logger) {
  let quietUntil = 0;
  const tell = (message: string): void => {
    if (performance.now() >= quietUntil) {
      quietUntil = performance.now() + PAUSE_BETWEEN_COMPLAINTS;
      logger.warn({ detail: message.slice(0, 300) }, 'spans could not be sent; nothing else is affected');
    }
  };
  const ignore = (): void => undefined;
  return { error: tell, warn: ignore, info: ignore, debug: ignore, verbose: ignore };
}
