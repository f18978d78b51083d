import { randomBytes } from 'node:crypto';
import {
  booleanVariable,
  keysUrlVariable,
  readServiceConfiguration,
  secretVariable,
  urlListVariable,
  wholeNumberVariable,
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
  /** By what the provider signs its webhooks. */
  readonly webhookSecret: string;
  /** Whether this replica hands payments to the provider and settles them. */
  readonly hasWorker: boolean;
  /** How long a new payment can be called off before it is handed to the provider, in milliseconds. */
  readonly processingDelayMilliseconds: number;
  /** How often the worker looks for what is due, in milliseconds. */
  readonly pollMilliseconds: number;
  /** After how long without an answer the provider is asked what became of an order, in milliseconds. */
  readonly leaseMilliseconds: number;
}

/** The services whose events are read, as `subgraphs/services.json` says. */
const LISTENS_TO = ['auth', 'admin'];

/**
 * Reads the configuration from the environment.
 *
 * @throws {ConfigurationError} with every mistake
 */
export function readConfiguration(source: EnvironmentSource = process.env): PaymentsConfiguration {
  const variables = {
    AUTH_JWKS_URL: keysUrlVariable(source),
    AUTH_URLS: urlListVariable(),
    AUTH_SECRET_FROM_PAYMENTS: secretVariable(),
    // Without one nobody outside this process can sign, and every webhook from outside is refused.
    PAYMENTS_WEBHOOK_SECRET: secretVariable().default(() => randomBytes(32).toString('base64url')),
    PAYMENTS_WORKER: booleanVariable().default(true),
    PAYMENTS_PROCESSING_DELAY_MILLISECONDS: milliseconds(0).default(2_000),
    PAYMENTS_POLL_MILLISECONDS: milliseconds(10).default(500),
    PAYMENTS_PROVIDER_LEASE_MILLISECONDS: milliseconds(100).default(15_000),
  };
  const { service, values } = readServiceConfiguration(
    { service: 'payments', port: 4003, listensTo: LISTENS_TO, variables },
    source,
  );
  return {
    ...service,
    jwksUrl: values.AUTH_JWKS_URL,
    authUrls: values.AUTH_URLS,
    authSecret: values.AUTH_SECRET_FROM_PAYMENTS,
    webhookSecret: values.PAYMENTS_WEBHOOK_SECRET,
    hasWorker: values.PAYMENTS_WORKER,
    processingDelayMilliseconds: values.PAYMENTS_PROCESSING_DELAY_MILLISECONDS,
    pollMilliseconds: values.PAYMENTS_POLL_MILLISECONDS,
    leaseMilliseconds: values.PAYMENTS_PROVIDER_LEASE_MILLISECONDS,
  };
}

/** A duration of up to an hour. */
function milliseconds(minimum: number) {
  return wholeNumberVariable({ minimum, maximum: 3_600_000 });
}
