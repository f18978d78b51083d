import {
  callerSecretsFor,
  commonVariables,
  portVariable,
  readEnvironment,
  secretVariable,
  toCommonConfiguration,
  type CommonConfiguration,
  type EnvironmentSource,
} from '@supergraph/platform/configuration';
import { z } from 'zod';

/** What the auth service is told. */
export interface AuthConfiguration {
  readonly common: CommonConfiguration;
  readonly port: number;
  readonly databaseUrl: string;
  readonly callerSecrets: ReadonlyMap<string, string>;
  /** Encrypts the private signing keys at rest. */
  readonly keyEncryptionSecret: string;
  readonly accessTokenSeconds: number;
  readonly refreshTokenSeconds: number;
}

/**
 * Reads the configuration from the environment.
 *
 * @throws {ConfigurationError} with every mistake
 */
export function readConfiguration(source: EnvironmentSource = process.env): AuthConfiguration {
  const values = readEnvironment(
    {
      ...commonVariables,
      AUTH_PORT: portVariable().default(4001),
      AUTH_DATABASE_URL: z.string().startsWith('postgres', 'must be a postgresql:// address'),
      AUTH_KEY_ENCRYPTION_SECRET: secretVariable(),
      AUTH_ACCESS_TOKEN_SECONDS: z.coerce.number().int().min(1).default(900),
      AUTH_REFRESH_TOKEN_SECONDS: z.coerce.number().int().min(60).default(2_592_000),
    },
    source,
  );
  return {
    common: toCommonConfiguration(values),
    port: values.AUTH_PORT,
    databaseUrl: values.AUTH_DATABASE_URL,
    callerSecrets: callerSecretsFor('auth', source),
    keyEncryptionSecret: values.AUTH_KEY_ENCRYPTION_SECRET,
    accessTokenSeconds: values.AUTH_ACCESS_TOKEN_SECONDS,
    refreshTokenSeconds: values.AUTH_REFRESH_TOKEN_SECONDS,
  };
}
