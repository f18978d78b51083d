import { secretNameFor, type EnvironmentSource } from '@supergraph/platform/configuration';
import type { Service } from '@supergraph/schema/services';
import { askedBy, callersOf, listenersOf } from '../services/secret-names.js';
import type { SecretSource } from './secrets.js';

/** Where everything listens in this run. */
export interface Addresses {
  readonly routerPort: number;
  readonly developerPort: number;
  /** Port by service. */
  readonly servicePorts: ReadonlyMap<string, number>;
}

/** The service that signs tokens and serves the keys to verify them by. */
const IDENTITY_SERVICE = 'auth';

/**
 * Builds all that one service sees of the environment: its own address, database and secrets, those of the
 * services that it asks, and what the user set for it. Never another service's database.
 */
export function serviceEnvironment(args: {
  readonly service: Service;
  readonly services: ReadonlyArray<Service>;
  readonly addresses: Addresses;
  readonly databaseUrl: string;
  /** Of the database that the service may move to while it runs; undefined when it stays. */
  readonly nextDatabaseUrl?: string | undefined;
  readonly secret: SecretSource;
  /** What the user set. */
  readonly source: EnvironmentSource;
}): Record<string, string> {
  const { service, services, addresses, secret, source } = args;
  const prefix = service.environmentPrefix;
  return {
    ...commonEnvironment(prefix, source),
    ...(service.name === IDENTITY_SERVICE
      ? { AUTH_MAIL_LINK_URL: source['AUTH_MAIL_LINK_URL'] || developerUrl(addresses) }
      : {}),
    AUTH_JWKS_URL: keysUrl(addresses),
    ...secretsOf(service.name, callersOf(service, services), secret),
    ...Object.fromEntries(
      service.secrets.map((name) => [
        `${prefix}_${name}`,
        source[`${prefix}_${name}`] || secret(`${prefix}_${name}`),
      ]),
    ),
    ...Object.fromEntries(
      askedBy(service, services).flatMap((asked) => [
        [`${asked.environmentPrefix}_URLS`, graphqlUrl(addresses, asked.name)],
        ...Object.entries(secretsOf(asked.name, [service.name], secret)),
      ]),
    ),
    [`${prefix}_EVENT_CONSUMERS`]: listenersOf(service, services).join(','),
    [`${prefix}_PORT`]: String(addresses.servicePorts.get(service.name) ?? service.port),
    [`${prefix}_DATABASE_URL`]: args.databaseUrl,
    ...(args.nextDatabaseUrl === undefined
      ? {}
      : { [`${prefix}_NEXT_DATABASE_URL`]: args.nextDatabaseUrl, GATE_SECRET: secret('GATE_SECRET') }),
  };
}

/** Builds all that the router sees: every subgraph's address and the secret that it shares with it. */
export function routerEnvironment(args: {
  readonly services: ReadonlyArray<Service>;
  readonly addresses: Addresses;
  readonly secret: SecretSource;
  readonly supergraphFile: string;
  readonly sandboxFile: string;
  /** What the user set. */
  readonly source: EnvironmentSource;
}): Record<string, string> {
  return {
    ...commonEnvironment('ROUTER', args.source),
    AUTH_JWKS_URL: keysUrl(args.addresses),
    ...Object.fromEntries(
      args.services.flatMap((service) => [
        [`${service.environmentPrefix}_URLS`, graphqlUrl(args.addresses, service.name)],
        ...Object.entries(secretsOf(service.name, ['router'], args.secret)),
      ]),
    ),
    ROUTER_PORT: String(args.addresses.routerPort),
    ROUTER_EVENT_SOURCES: args.services.map(({ name }) => name).join(','),
    ROUTER_SUPERGRAPH_FILE: args.supergraphFile,
    ROUTER_SANDBOX_SETTINGS_FILE: args.sandboxFile,
  };
}

/** Names under which the user may set a variable for every process. */
const COMMON_NAMES = [
  'LOG_LEVEL',
  'TOKEN_ISSUER',
  'TOKEN_AUDIENCE',
  'DRAIN_MILLISECONDS',
  'DRAIN_NOTICE_MILLISECONDS',
  'EVENT_RETENTION_HOURS',
  'NATS_URL',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_SERVICE_NAME',
  'OTEL_RESOURCE_ATTRIBUTES',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
  'OTEL_SDK_DISABLED',
  'TZ',
  'NODE_OPTIONS',
];

function commonEnvironment(prefix: string, source: EnvironmentSource): Record<string, string> {
  const own = Object.entries(source).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      (COMMON_NAMES.includes(entry[0]) || (entry[0].startsWith(`${prefix}_`) && !isOwners(entry[0]))),
  );
  return {
    PATH: source['PATH'] ?? '',
    NODE_ENV: 'production',
    SUPERGRAPH_MODE: 'embedded',
    HOST: '127.0.0.1',
    ...Object.fromEntries(own),
  };
}

/** The owner's credentials are for migrations; a service must not have them. */
function isOwners(variable: string): boolean {
  return /_(DATABASE_OWNER_URL|SHADOW_DATABASE_URL)$/.test(variable);
}

function secretsOf(
  service: string,
  callers: ReadonlyArray<string>,
  secret: SecretSource,
): Record<string, string> {
  return Object.fromEntries(
    callers.map((caller) => {
      const name = secretNameFor(service, caller);
      return [name, secret(name)];
    }),
  );
}

function graphqlUrl(addresses: Addresses, service: string): string {
  return `http://127.0.0.1:${addresses.servicePorts.get(service)}/graphql`;
}

/** The page for developers has the pages that mails link to. */
function developerUrl(addresses: Addresses): string {
  return `http://localhost:${addresses.developerPort}`;
}

function keysUrl(addresses: Addresses): string {
  return `http://127.0.0.1:${addresses.servicePorts.get(IDENTITY_SERVICE)}/.well-known/jwks.json`;
}
