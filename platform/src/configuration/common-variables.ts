import { z } from 'zod';
import { toTracingSettings, tracingVariables, type TracingSettings } from './tracing-variables.js';
import { portVariable, wholeNumberVariable } from './variables.js';

/** What every process of the system is told in the same words. */
export interface CommonConfiguration {
  /** `embedded` on a developer's machine: causes of errors are shown to clients. */
  readonly mode: 'embedded' | 'production';
  readonly host: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Port of `/metrics`; on the service's own port when undefined. */
  readonly metricsPort: number | undefined;
  readonly tokenIssuer: string;
  readonly tokenAudience: string;
  /** How long an ending process waits for what it has begun, in milliseconds. */
  readonly drainMilliseconds: number;
  /**
   * How long an ending process goes on accepting while it says that it ends, in milliseconds, so that whoever sends it
   * requests has turned to another one before it stops.
   */
  readonly drainNoticeMilliseconds: number;
  /** Undefined when traces are sent nowhere. */
  readonly tracing?: TracingSettings | undefined;
}

/** An hour; far beyond it, a timer would go off at once instead of late. */
const LONGEST_DRAIN = 3_600_000;

/** Two looks of a balancer that looks every second; on a developer's machine nobody looks. */
const PRODUCTION_NOTICE = 2_000;

/** Variables of every process, with their defaults. */
export const commonVariables = {
  SUPERGRAPH_MODE: z.enum(['embedded', 'production']).default('production'),
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  METRICS_PORT: portVariable().optional(),
  TOKEN_ISSUER: z.string().default('supergraph-auth'),
  TOKEN_AUDIENCE: z.string().default('supergraph'),
  DRAIN_MILLISECONDS: wholeNumberVariable({ minimum: 0, maximum: LONGEST_DRAIN }).default(10_000),
  DRAIN_NOTICE_MILLISECONDS: wholeNumberVariable({ minimum: 0, maximum: LONGEST_DRAIN }).optional(),
  ...tracingVariables,
} as const;

/** Gives the parsed {@link commonVariables} their names in code. */
export function toCommonConfiguration(
  values: z.infer<z.ZodObject<typeof commonVariables>>,
): CommonConfiguration {
  return {
    mode: values.SUPERGRAPH_MODE,
    host: values.HOST,
    logLevel: values.LOG_LEVEL,
    metricsPort: values.METRICS_PORT,
    tokenIssuer: values.TOKEN_ISSUER,
    tokenAudience: values.TOKEN_AUDIENCE,
    drainMilliseconds: values.DRAIN_MILLISECONDS,
    drainNoticeMilliseconds:
      values.DRAIN_NOTICE_MILLISECONDS ?? (values.SUPERGRAPH_MODE === 'embedded' ? 0 : PRODUCTION_NOTICE),
    tracing: toTracingSettings(values),
  };
}
