import { secretNameFor } from '@supergraph/platform/configuration';
import type { Service } from '@supergraph/schema/services';
import { databaseHost, graphqlUrl, keysUrl, METRICS_PORT, ROUTER_PORT } from './addresses.js';
import {
  askedBy,
  brokerSecretsOf,
  callerSecretsOf,
  databaseSecretsOf,
  listenersOf,
  ownSecretsOf,
  secretFileName,
} from './secret-names.js';

/** A container or a block of settings, as the Compose file writes it. */
export type Settings = Readonly<Record<string, unknown>>;

/** Where Compose mounts secrets. */
export const SECRETS = '/run/secrets';

/** The release of the PostgreSQL that the embedded default runs. */
const POSTGRES_IMAGE = 'postgres:18.4-alpine';

/** What every process of the project is told in the same words. */
export const commonEnvironment: Settings = {
  SUPERGRAPH_MODE: 'production',
  HOST: '0.0.0.0',
  METRICS_PORT: String(METRICS_PORT),
  LOG_LEVEL: '${LOG_LEVEL:-info}',
};

/** What no container may do. */
export const hardening: Settings = {
  init: true,
  read_only: true,
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  pids_limit: 256,
  logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
};

/** What runs of the project's own image have in common. */
export const ownImage: Settings = {
  image: '${SUPERGRAPH_IMAGE:-supergraph:local}',
  build: { context: '.' },
  user: 'node',
  tmpfs: ['/tmp'],
};

/** What a server of the project's own has in common, besides {@link ownImage}. */
const served: Settings = { restart: 'unless-stopped', stop_grace_period: '20s' };

/** What every PostgreSQL server has in common. */
export const database: Settings = {
  image: POSTGRES_IMAGE,
  user: 'postgres',
  restart: 'unless-stopped',
  // Long enough for a checkpoint, so that the next start need not recover.
  stop_grace_period: '60s',
  shm_size: '128mb',
  tmpfs: ['/tmp', '/var/run/postgresql'],
  deploy: limits('1.0', '512M'),
};

/** The server of one service, which holds its data in a volume. */
export function databaseContainer(service: Service): Settings {
  const names = databaseSecretsOf(service);
  const serverSettings = {
    'supergraph.service': service.name,
    'supergraph.secrets': SECRETS,
    wal_level: 'logical',
    password_encryption: 'scram-sha-256',
    shared_preload_libraries: 'pg_stat_statements',
    // The log must not collect personal data: neither statements nor the rows that an error quotes.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
  };
  return {
    command: [
      'postgres',
      ...Object.entries(serverSettings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    environment: {
      POSTGRES_DB: service.database,
      POSTGRES_PASSWORD_FILE: `${SECRETS}/${secretFileName(names.superuserPassword)}`,
      // Orders text as the embedded default does, whatever the image's C library.
      POSTGRES_INITDB_ARGS:
        '--encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 --auth-host=scram-sha-256',
    },
    secrets: [names.superuserPassword, names.ownerPassword, names.servicePassword].map(secretFileName),
    volumes: [
      // Since release 18 the image keeps each major version in a folder of its own below this one.
      `${databaseHost(service)}:/var/lib/postgresql`,
      './deploy/postgres/10-roles.sql:/docker-entrypoint-initdb.d/10-roles.sql:ro',
    ],
    networks: [databaseHost(service)],
    // Over TCP, which the server opens only after its first start has made the roles.
    healthcheck: healthcheck(
      ['pg_isready', '-h', '127.0.0.1', '-U', 'postgres', '-d', service.database],
      '30s',
    ),
  };
}

/** Migrates as the owner, once, and ends. */
export function migrationContainer(service: Service): Settings {
  const { ownerUrl, serviceUrl } = databaseSecretsOf(service);
  return {
    command: ['node', 'cli/dist/main.js', 'database', 'migrate', service.name],
    restart: 'no',
    depends_on: { [databaseHost(service)]: { condition: 'service_healthy' } },
    environment: fromFiles([ownerUrl, serviceUrl]),
    secrets: [ownerUrl, serviceUrl].map(secretFileName),
    networks: [databaseHost(service)],
    deploy: limits('1.0', '512M'),
  };
}

/** A service; it knows its own database and the secrets of its own conversations. */
export function serviceContainer(service: Service, services: ReadonlyArray<Service>): Settings {
  const asked = askedBy(service, services);
  const { url: brokerUrl } = brokerSecretsOf(service);
  const secrets = [
    databaseSecretsOf(service).serviceUrl,
    ...ownSecretsOf(service),
    ...callerSecretsOf(service, services),
    ...asked.map(({ name }) => secretNameFor(name, service.name)),
  ];
  return {
    ...served,
    command: ['node', `subgraphs/${service.name}/dist/main.js`],
    depends_on: { [migrationName(service)]: { condition: 'service_completed_successfully' } },
    environment: {
      [`${service.environmentPrefix}_PORT`]: String(service.port),
      [`${service.environmentPrefix}_EVENT_CONSUMERS`]: listenersOf(service, services).join(','),
      ...keysEnvironment(services.filter(({ name }) => name !== service.name)),
      ...urlsOf(asked),
      ...fromFiles(secrets),
      NATS_URL_FILE: `${SECRETS}/${secretFileName(brokerUrl)}`,
    },
    secrets: [...secrets, brokerUrl].map(secretFileName),
    networks: ['graph', databaseHost(service)],
    healthcheck: ownHealthcheck(service.port),
    deploy: limits('1.0', '512M'),
  };
}

/** The router waits for nobody: a service that is not there costs its own fields only. */
export function routerContainer(services: ReadonlyArray<Service>): Settings {
  const secrets = services.map(({ name }) => secretNameFor(name, 'router'));
  return {
    ...served,
    command: ['node', 'router/dist/main.js'],
    environment: {
      ROUTER_PORT: String(ROUTER_PORT),
      ROUTER_EVENT_SOURCES: services.map(({ name }) => name).join(','),
      ROUTER_CORS_ORIGINS: '${ROUTER_CORS_ORIGINS:-}',
      ROUTER_TRUSTED_PROXIES: '${ROUTER_TRUSTED_PROXIES:-0}',
      ...keysEnvironment(services),
      ...urlsOf(services),
      ...fromFiles(secrets),
    },
    secrets: secrets.map(secretFileName),
    ports: [`\${PUBLISHED_ADDRESS:-127.0.0.1}:${ROUTER_PORT}:${ROUTER_PORT}`],
    networks: ['graph', 'public'],
    healthcheck: ownHealthcheck(ROUTER_PORT),
    deploy: limits('2.0', '1G'),
  };
}

/** Name of the container that migrates a service's database. */
export function migrationName(service: Pick<Service, 'name'>): string {
  return `${service.name}-migration`;
}

function keysEnvironment(services: ReadonlyArray<Service>): Settings {
  const url = keysUrl(services);
  return url === undefined ? {} : { AUTH_JWKS_URL: url };
}

function urlsOf(services: ReadonlyArray<Service>): Settings {
  return Object.fromEntries(
    services.map((service) => [`${service.environmentPrefix}_URLS`, graphqlUrl(service)]),
  );
}

function fromFiles(names: ReadonlyArray<string>): Settings {
  return Object.fromEntries(names.map((name) => [`${name}_FILE`, `${SECRETS}/${secretFileName(name)}`]));
}

function ownHealthcheck(port: number): Settings {
  return healthcheck(['node', 'deploy/check-health.mjs', String(port)], '20s');
}

/** A check that runs a command in the container; `startPeriod` as `20s`. */
export function healthcheck(command: ReadonlyArray<string>, startPeriod: string): Settings {
  return { test: ['CMD', ...command], interval: '5s', timeout: '5s', retries: 5, start_period: startPeriod };
}

/** What a container may use at most: processors, and memory as `512M`. */
export function limits(cpus: string, memory: string): Settings {
  return { resources: { limits: { cpus, memory } } };
}
