import {
  authUrlsVariable,
  keysUrlVariable,
  readServiceConfiguration,
  secretVariable,
  type EnvironmentSource,
  type ServiceConfiguration,
} from '@supergraph/platform/configuration';

/** What the payments service is told. */
export interface PaymentsConfiguration extends ServiceConfiguration {
  /** Where auth serves the keys that access tokens are verified by. */
  readonly jwksUrl: string;
  /** The `/graphql` address of every replica of auth, which is asked who may pay. */
  readonly authUrls: ReadonlyArray<string>;
  /** By what payments proves itself to auth. */
  readonly authSecret: string;
}

/**
 * Reads the configuration from the environment.
 *
 * @throws {ConfigurationError} with every mistake
 */
export function readConfiguration(source: EnvironmentSource = process.env): PaymentsConfiguration {
  const variables = {
    AUTH_JWKS_URL: keysUrlVariable(source),
    AUTH_URLS: authUrlsVariable(source),
    AUTH_SECRET_FROM_PAYMENTS: secretVariable(),
  };
  const { service, values } = readServiceConfiguration(
    { service: 'payments', port: 4003, variables },
    source,
  );
  return {
    ...service,
    jwksUrl: values.AUTH_JWKS_URL,
    authUrls: values.AUTH_URLS,
    authSecret: values.AUTH_SECRET_FROM_PAYMENTS,
  };
}
