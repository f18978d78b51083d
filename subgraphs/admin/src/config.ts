import {
  keysUrlVariable,
  readServiceConfiguration,
  type EnvironmentSource,
  type ServiceConfiguration,
} from '@supergraph/platform/configuration';

/** What the admin service is told. */
export interface AdminConfiguration extends ServiceConfiguration {
  /** Where auth serves the keys that access tokens are verified by. */
  readonly jwksUrl: string;
}

/** The services whose events are read, as `subgraphs/services.json` says. */
const LISTENS_TO = ['auth', 'profile', 'payments'];

/**
 * Reads the configuration from the environment.
 *
 * @throws {ConfigurationError} with every mistake
 */
export function readConfiguration(source: EnvironmentSource = process.env): AdminConfiguration {
  const { service, values } = readServiceConfiguration(
    {
      service: 'admin',
      port: 4004,
      listensTo: LISTENS_TO,
      variables: { AUTH_JWKS_URL: keysUrlVariable(source) },
    },
    source,
  );
  return { ...service, jwksUrl: values.AUTH_JWKS_URL };
}
