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

/** What the admin service is told. */
export interface AdminConfiguration {
  readonly common: CommonConfiguration;
  readonly port: number;
  readonly databaseUrl: string;
  readonly callerSecrets: ReadonlyMap<string, string>;
  /** Where the public keys of access tokens are served. */
  readonly jwksUrl: string;
}

const EMBEDDED_JWKS_URL = 'http://127.0.0.1:4001/.well-known/jwks.json';

/**
 * Reads the configuration from the environment.
 *
 * @throws {ConfigurationError} with every mistake
 */
export function readConfiguration(source: EnvironmentSource = process.env): AdminConfiguration {
  // Whose tokens are trusted is never guessed outside of a developer's machine.
  const isEmbedded = source['SUPERGRAPH_MODE'] === 'embedded';
  const values = readEnvironment(
    {
      ...commonVariables,
      ADMIN_PORT: portVariable().default(4004),
      ADMIN_DATABASE_URL: z.string().startsWith('postgres', 'must be a postgresql:// address'),
      AUTH_JWKS_URL: isEmbedded ? urlVariable().default(EMBEDDED_JWKS_URL) : urlVariable(),
    },
    source,
  );
  return {
    common: toCommonConfiguration(values),
    port: values.ADMIN_PORT,
    databaseUrl: values.ADMIN_DATABASE_URL,
    callerSecrets: callerSecretsFor('admin', source),
    jwksUrl: values.AUTH_JWKS_URL,
  };
}
