import {
  readServiceConfiguration,
  secretVariable,
  type EnvironmentSource,
  type ServiceConfiguration,
} from '@supergraph/platform/configuration';
import { z } from 'zod';

/** What the auth service is told. */
export interface AuthConfiguration extends ServiceConfiguration {
  /** Encrypts the private signing keys at rest. */
  readonly keyEncryptionSecret: string;
  readonly accessTokenSeconds: number;
  readonly refreshTokenSeconds: number;
}

const variables = {
  AUTH_KEY_ENCRYPTION_SECRET: secretVariable(),
  AUTH_ACCESS_TOKEN_SECONDS: z.coerce.number().int().min(1).default(900),
  AUTH_REFRESH_TOKEN_SECONDS: z.coerce.number().int().min(60).default(2_592_000),
};

/**
 * Reads the configuration from the environment.
 *
 * @throws {ConfigurationError} with every mistake
 */
export function readConfiguration(source: EnvironmentSource = process.env): AuthConfiguration {
  const { service, values } = readServiceConfiguration({ service: 'auth', port: 4001, variables }, source);
  return {
    ...service,
    keyEncryptionSecret: values.AUTH_KEY_ENCRYPTION_SECRET,
    accessTokenSeconds: values.AUTH_ACCESS_TOKEN_SECONDS,
    refreshTokenSeconds: values.AUTH_REFRESH_TOKEN_SECONDS,
  };
}
