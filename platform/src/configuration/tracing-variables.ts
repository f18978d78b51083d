import { z } from 'zod';
import { booleanVariable, urlVariable } from './variables.js';

/** Where traces are sent and which; the standard variables of OpenTelemetry. */
export interface TracingSettings {
  /** The collector's address for OTLP over HTTP, without `/v1/traces`. */
  readonly endpoint: string;
  /** Sent with every batch, such as an API key. */
  readonly headers: Readonly<Record<string, string>>;
  /** In place of the process's own name. */
  readonly serviceName: string | undefined;
  readonly resourceAttributes: Readonly<Record<string, string>>;
  readonly sampler: SamplerName;
  /** Of traces that begin here, for the samplers by ratio; 0 to 1. */
  readonly ratio: number;
}

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ */
export type SamplerName = (typeof samplers)[number];

/**
 * Variables of every process that say where traces go.
 *
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export const tracingVariables = {
  OTEL_SDK_DISABLED: booleanVariable().default(false),
  OTEL_EXPORTER_OTLP_ENDPOINT: urlVariable().optional(),
  OTEL_EXPORTER_OTLP_HEADERS: pairsVariable().default({}),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_RESOURCE_ATTRIBUTES: pairsVariable().default({}),
  OTEL_TRACES_SAMPLER: z
    .enum(samplers, { message: `must be one of ${samplers.join(', ')}` })
    .default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'must be a number of 0 to 1')
    .transform(Number)
    .default(1),
} as const;

/** Gives the parsed {@link tracingVariables} their names in code; undefined when traces are not sent. */
export function toTracingSettings(
  values: z.infer<z.ZodObject<typeof tracingVariables>>,
): TracingSettings | undefined {
  const endpoint = values.OTEL_EXPORTER_OTLP_ENDPOINT;
  return endpoint === undefined || values.OTEL_SDK_DISABLED
    ? undefined
    : {
        endpoint,
        headers: values.OTEL_EXPORTER_OTLP_HEADERS,
        serviceName: values.OTEL_SERVICE_NAME,
        resourceAttributes: values.OTEL_RESOURCE_ATTRIBUTES,
        sampler: values.OTEL_TRACES_SAMPLER,
        ratio: values.OTEL_TRACES_SAMPLER_ARG,
      };
}

/** `name=value,name=value`, the values percent-encoded. */
function pairsVariable(): z.ZodType<Record<string, string>> {
  return z.string().transform((text, context) => {
    try {
      return Object.fromEntries(
        text
          .split(',')
          .filter((pair) => pair.trim() !== '')
          .map((pair) => {
            const [name, ...rest] = pair.split('=');
            if (rest.length === 0 || name === undefined || name.trim() === '') {
              throw new Error('no pair');
            }
            return [name.trim(), decodeURIComponent(rest.join('=').trim())];
          }),
      );
    } catch {
      context.addIssue({ code: 'custom', message: 'must be name=value pairs, separated by commas' });
      return z.NEVER;
    }
  });
}
