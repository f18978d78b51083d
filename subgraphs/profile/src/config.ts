import {
  callerSecretsFor,
  commonVariables,
  portVariable,
  readEnvironment,
  toCommonConfiguration,
  urlVariable,
  type CommonConfiguration,
  type EnvironmentSource,
} from '@supergraph/platform/configuration';
import { z } from 'zod';

/** What the profile service is told. */
export interface ProfileConfiguration {
  readonly common: CommonConfiguration;
  readonly port: number;
  readonly databaseUrl: string;
  readonly callerSecrets: ReadonlyMap<string, string>;
  /** Where auth serves the keys that access tokens are verified by. */
  readonly jwksUrl: string;
}

const EMBEDDED_JWKS_URL = 'http://127.0.0.1:4001/.well-known/jwks.json';

/**
 * Reads the configuration from the environment.
 *
 * @throws {ConfigurationError} with every mistake
 */
export function readConfiguration(source: EnvironmentSource = process.env): ProfileConfiguration {
  const embedded = source['SUPERGRAPH_MODE'] === 'embedded';
  const values = readEnvironment(
    {
      ...commonVariables,
      PROFILE_PORT: portVariable().default(4002),
      PROFILE_DATABASE_URL: z.string().startsWith('postgres', 'must be a postgresql:// address'),
      // Whoever serves the keys decides who is signed in, so production names the place.
      AUTH_JWKS_URL: embedded ? urlVariable().default(EMBEDDED_JWKS_URL) : urlVariable(),
    },
    source,
  );
  return {
    common: toCommonConfiguration(values),
    port: values.PROFILE_PORT,
    databaseUrl: values.PROFILE_DATABASE_URL,
    callerSecrets: callerSecretsFor('profile', source),
    jwksUrl: values.AUTH_JWKS_URL,
  };
}
