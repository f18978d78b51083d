import { z } from 'zod';
import { secretNameFor, toVariableName } from './caller-secrets.js';
import { secretVariable, urlListVariable, wholeNumberVariable } from './variables.js';

/** A service whose events are read, and how it is reached. */
export interface EventSource {
  readonly name: string;
  /** The `/events` address of every replica. */
  readonly urls: ReadonlyArray<string>;
  /** By what the reader proves itself to it. */
  readonly secret: string;
}

/** How a service tells and hears events. */
export interface EventConfiguration {
  readonly sources: ReadonlyArray<EventSource>;
  /** Services that read its own events: until each of them has come, none is removed. */
  readonly consumers: ReadonlyArray<string>;
  /** How long its own events stay at least, whoever has read them, in milliseconds. */
  readonly keepMilliseconds: number;
  /** Addresses of the NATS servers that carry events; undefined for the services' own feeds. */
  readonly natsUrl: string | undefined;
  /** Where this process kills itself, for tests of crashes on the embedded default. */
  readonly crashPoints: string | undefined;
}

const HOUR = 3_600_000;

/** The variables by which a service tells and hears events. */
export function eventVariables(service: string, listensTo: ReadonlyArray<string>): Record<string, z.ZodType> {
  return {
    [`${toVariableName(service)}_EVENT_CONSUMERS`]: z
      .string()
      .regex(/^[a-z][a-z0-9_-]*(,[a-z][a-z0-9_-]*)*$/, 'must be names of services, separated by commas')
      .transform((text) => text.split(','))
      .default([]),
    EVENT_RETENTION_HOURS: wholeNumberVariable({ minimum: 1, maximum: 8_760 }).default(168),
    NATS_URL: z
      .string()
      .regex(/^(nats|tls):\/\/\S+$/, 'must be nats:// addresses, separated by commas')
      .optional(),
    [`${toVariableName(service)}_CRASH_POINTS`]: z.string().optional(),
    ...Object.fromEntries(
      listensTo.flatMap((source): ReadonlyArray<[string, z.ZodType]> => [
        [`${toVariableName(source)}_URLS`, urlListVariable()],
        [secretNameFor(source, service), secretVariable()],
      ]),
    ),
  };
}

/** Gives the parsed {@link eventVariables} their names in code. */
export function toEventConfiguration(
  service: string,
  listensTo: ReadonlyArray<string>,
  values: Readonly<Record<string, unknown>>,
): EventConfiguration {
  return {
    sources: listensTo.map((name) => ({
      name,
      urls: (values[`${toVariableName(name)}_URLS`] as ReadonlyArray<string>).map(eventsUrl),
      secret: values[secretNameFor(name, service)] as string,
    })),
    consumers: values[`${toVariableName(service)}_EVENT_CONSUMERS`] as ReadonlyArray<string>,
    keepMilliseconds: (values['EVENT_RETENTION_HOURS'] as number) * HOUR,
    natsUrl: values['NATS_URL'] as string | undefined,
    crashPoints:
      values['SUPERGRAPH_MODE'] === 'embedded'
        ? (values[`${toVariableName(service)}_CRASH_POINTS`] as string | undefined)
        : undefined,
  };
}

/** The feed lies beside `/graphql`. */
export function eventsUrl(graphqlUrl: string): string {
  return new URL('/events', graphqlUrl).href;
}
