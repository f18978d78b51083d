import {
  keysUrlVariable,
  readServiceConfiguration,
  type EnvironmentSource,
  type ServiceConfiguration,
} from '@supergraph/platform/configuration';

/** What the profile service is told. */
export interface ProfileConfiguration extends ServiceConfiguration {
  /** Where auth serves the keys that access tokens are verified by. */
  readonly jwksUrl: string;
}

/** The services whose events are read, as `subgraphs/services.json` says. */
const LISTENS_TO = ['auth'];

/**
 * Reads the configuration from the environment.
 *
 * @throws {ConfigurationError} with every mistake
 */
export function readConfiguration(source: EnvironmentSource = process.env): ProfileConfiguration {
  const { service, values } = readServiceConfiguration(
    {
      service: 'profile',
      port: 4002,
      listensTo: LISTENS_TO,
      variables: { AUTH_JWKS_URL: keysUrlVariable(source) },
    },
    source,
  );
  return { ...service, jwksUrl: values.AUTH_JWKS_URL };
}
