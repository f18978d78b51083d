import {
  callerSecretsFor,
  commonVariables,
  portVariable,
  readEnvironment,
  secretVariable,
  toCommonConfiguration,
  urlListVariable,
  urlVariable,
  type CommonConfiguration,
  type EnvironmentSource,
} from '@supergraph/platform/configuration';
import { z } from 'zod';

/** What the payments service is told. */
export interface PaymentsConfiguration {
  readonly common: CommonConfiguration;
  readonly port: number;
  readonly databaseUrl: string;
  readonly callerSecrets: ReadonlyMap<string, string>;
  /** Where auth serves the keys by which access tokens are verified. */
  readonly jwksUrl: string;
  /** The `/graphql` address of every replica of auth, which is asked who may pay. */
  readonly authUrls: ReadonlyArray<string>;
  /** By what payments proves itself to auth. */
  readonly authSecret: string;
}

/** Where auth is on a developer's machine; elsewhere it must be said. */
const EMBEDDED_AUTH = 'http://127.0.0.1:4001';

/**
 * Reads the configuration from the environment.
 *
 * @throws {ConfigurationError} with every mistake
 */
export function readConfiguration(source: EnvironmentSource = process.env): PaymentsConfiguration {
  const values = readEnvironment(
    {
      ...commonVariables,
      PAYMENTS_PORT: portVariable().default(4003),
      PAYMENTS_DATABASE_URL: z.string().startsWith('postgres', 'must be a postgresql:// address'),
      AUTH_JWKS_URL: urlVariable(),
      AUTH_URLS: urlListVariable(),
      AUTH_SECRET_FROM_PAYMENTS: secretVariable(),
    },
    withEmbeddedDefaults(source),
  );
  return {
    common: toCommonConfiguration(values),
    port: values.PAYMENTS_PORT,
    databaseUrl: values.PAYMENTS_DATABASE_URL,
    callerSecrets: callerSecretsFor('payments', source),
    jwksUrl: values.AUTH_JWKS_URL,
    authUrls: values.AUTH_URLS,
    authSecret: values.AUTH_SECRET_FROM_PAYMENTS,
  };
}

function withEmbeddedDefaults(source: EnvironmentSource): EnvironmentSource {
  if (source['SUPERGRAPH_MODE'] !== 'embedded') {
    return source;
  }
  const defaults = {
    AUTH_JWKS_URL: `${EMBEDDED_AUTH}/.well-known/jwks.json`,
    AUTH_URLS: `${EMBEDDED_AUTH}/graphql`,
  };
  const absent = Object.entries(defaults).filter(([name]) => !source[name] && !source[`${name}_FILE`]);
  return { ...source, ...Object.fromEntries(absent) };
}
