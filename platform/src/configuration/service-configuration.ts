import { type z } from 'zod';
import { callerSecretsFor, toVariableName } from './caller-secrets.js';
import { commonVariables, toCommonConfiguration, type CommonConfiguration } from './common-variables.js';
import { eventVariables, toEventConfiguration, type EventConfiguration } from './event-variables.js';
import { ConfigurationError } from './configuration-error.js';
import { readEnvironment, type EnvironmentSource } from './environment.js';
import {
  databaseUrlVariable,
  moveVariables,
  toMoveConfiguration,
  type MoveConfiguration,
} from './move-variables.js';
import { portVariable, urlVariable } from './variables.js';

/** What every subgraph is told. */
export interface ServiceConfiguration {
  readonly common: CommonConfiguration;
  readonly port: number;
  /** With the service's own role. */
  readonly databaseUrl: string;
  /** Undefined while its database stays where it is. */
  readonly move?: MoveConfiguration | undefined;
  /** Secret by caller. */
  readonly callerSecrets: ReadonlyMap<string, string>;
  readonly events: EventConfiguration;
}

/** Where auth is on a developer's machine; elsewhere it must be said, since it decides who is signed in. */
const EMBEDDED_AUTH = 'http://127.0.0.1:4001';

/**
 * Reads what every subgraph is told, and what this one is told besides.
 *
 * @param options.service its name: variables begin with it in capitals
 * @param options.port where it listens unless told otherwise
 * @param options.listensTo the services whose events it reads
 * @param options.variables a zod type a variable of its own
 * @returns the configuration, and the values of its own variables by name
 * @throws {ConfigurationError} with every mistake
 */
export function readServiceConfiguration<Shape extends z.ZodRawShape>(
  options: {
    readonly service: string;
    readonly port: number;
    readonly listensTo: ReadonlyArray<string>;
    readonly variables: Shape;
  },
  source: EnvironmentSource,
): { readonly service: ServiceConfiguration; readonly values: z.infer<z.ZodObject<Shape>> } {
  const { listensTo } = options;
  const prefix = toVariableName(options.service);
  const [shared, own, callerSecrets] = readTogether(
    () =>
      readEnvironment(
        {
          ...commonVariables,
          ...eventVariables(options.service, listensTo),
          ...moveVariables(options.service),
          [`${prefix}_PORT`]: portVariable().default(options.port),
          [`${prefix}_DATABASE_URL`]: databaseUrlVariable(),
        },
        source,
      ),
    () => readEnvironment(options.variables, source),
    () => callerSecretsFor(options.service, source),
  );
  const values = shared as Record<string, unknown>;
  return {
    service: {
      common: toCommonConfiguration(shared),
      port: values[`${prefix}_PORT`] as number,
      databaseUrl: values[`${prefix}_DATABASE_URL`] as string,
      move: toMoveConfiguration(options.service, values),
      callerSecrets,
      events: toEventConfiguration(options.service, listensTo, values),
    },
    values: own,
  };
}

/** `AUTH_JWKS_URL`: where the keys lie that access tokens are verified by. It has a default on the embedded default only. */
export function keysUrlVariable(source: EnvironmentSource): z.ZodType<string> {
  return source['SUPERGRAPH_MODE'] === 'embedded'
    ? urlVariable().default(`${EMBEDDED_AUTH}/.well-known/jwks.json`)
    : urlVariable();
}

/** Runs every reader, so that the mistakes of all are told at once. */
function readTogether<Readers extends ReadonlyArray<() => unknown>>(
  ...readers: Readers
): { [Index in keyof Readers]: ReturnType<Readers[Index]> } {
  const mistakes: string[] = [];
  const results = readers.map((read) => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) {
        throw error;
      }
      mistakes.push(...error.mistakes);
      return undefined;
    }
  });
  if (mistakes.length > 0) {
    // A variable that two readers ask for is told about once.
    throw new ConfigurationError([...new Set(mistakes)]);
  }
  return results as { [Index in keyof Readers]: ReturnType<Readers[Index]> };
}
