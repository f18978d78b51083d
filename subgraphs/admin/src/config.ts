import {
  keysUrlVariable,
  readServiceConfiguration,
  wholeNumberVariable,
  type EnvironmentSource,
  type ServiceConfiguration,
} from '@supergraph/platform/configuration';

/** What the admin service is told. */
export interface AdminConfiguration extends ServiceConfiguration {
  /** Where auth serves the keys that access tokens are verified by. */
  readonly jwksUrl: string;
  /** How long a step of an erasure may take before it counts as overdue and is asked for again. */
  readonly erasureStepMilliseconds: number;
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
      variables: {
        AUTH_JWKS_URL: keysUrlVariable(source),
        ADMIN_ERASURE_STEP_DEADLINE_SECONDS: wholeNumberVariable({ minimum: 1, maximum: 2_592_000 }).default(
          3_600,
        ),
      },
    },
    source,
  );
  return {
    ...service,
    jwksUrl: values.AUTH_JWKS_URL,
    erasureStepMilliseconds: values.ADMIN_ERASURE_STEP_DEADLINE_SECONDS * 1_000,
  };
}
