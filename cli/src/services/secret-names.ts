import { secretNameFor } from '@supergraph/platform/configuration';
import type { Service } from '@supergraph/schema/services';

/** Names of the two roles of a service's database; `deploy/postgres/10-roles.sql` makes them by the same rule. */
export function rolesOf(service: Pick<Service, 'name'>): {
  readonly owner: string;
  readonly service: string;
} {
  return { owner: `${service.name}_owner`, service: `${service.name}_service` };
}

/** Names of the secrets around a service's database. */
export function databaseSecretsOf({ environmentPrefix }: Pick<Service, 'environmentPrefix'>): {
  /** Password of the server's superuser, whom nobody but an administrator uses. */
  readonly superuserPassword: string;
  readonly ownerPassword: string;
  readonly servicePassword: string;
  /** Connection URL of the role that migrates. */
  readonly ownerUrl: string;
  /** Connection URL of the role that the service uses. */
  readonly serviceUrl: string;
} {
  return {
    superuserPassword: `${environmentPrefix}_POSTGRES_PASSWORD`,
    ownerPassword: `${environmentPrefix}_OWNER_PASSWORD`,
    servicePassword: `${environmentPrefix}_SERVICE_PASSWORD`,
    ownerUrl: `${environmentPrefix}_DATABASE_OWNER_URL`,
    serviceUrl: `${environmentPrefix}_DATABASE_URL`,
  };
}

/** Names of the secrets around a service's way to the broker. */
export function brokerSecretsOf({ environmentPrefix }: Pick<Service, 'environmentPrefix'>): {
  /** Password of the service's user; the broker has it. */
  readonly password: string;
  /** Connection URL with it; the service has it. */
  readonly url: string;
} {
  return { password: `${environmentPrefix}_NATS_PASSWORD`, url: `${environmentPrefix}_NATS_URL` };
}

/** The variable from which `deploy/nats/nats.conf` takes the password of a service's user. */
export function brokerPasswordVariable({ environmentPrefix }: Pick<Service, 'environmentPrefix'>): string {
  return `NATS_PASSWORD_${environmentPrefix}`;
}

/** The services that one asks directly: for answers, or for their events. */
export function askedBy(service: Service, services: ReadonlyArray<Service>): ReadonlyArray<Service> {
  return services.filter(({ name }) => service.calls.includes(name) || service.listensTo.includes(name));
}

/** Who asks a service directly: the router, and the services that call it or listen to it. */
export function callersOf(service: Service, services: ReadonlyArray<Service>): ReadonlyArray<string> {
  return [
    'router',
    ...services.filter((other) => askedBy(other, services).includes(service)).map(({ name }) => name),
  ];
}

/** Who listens to a service: what one of them has not read stays in its outbox. */
export function listenersOf(service: Service, services: ReadonlyArray<Service>): ReadonlyArray<string> {
  return services.filter(({ listensTo }) => listensTo.includes(service.name)).map(({ name }) => name);
}

/** Names of the secrets by which callers prove themselves to a service. */
export function callerSecretsOf(service: Service, services: ReadonlyArray<Service>): ReadonlyArray<string> {
  return callersOf(service, services).map((caller) => secretNameFor(service.name, caller));
}

/** Names of the secrets that a service has for itself. */
export function ownSecretsOf({ environmentPrefix, secrets }: Service): ReadonlyArray<string> {
  return secrets.map((name) => `${environmentPrefix}_${name}`);
}

/** Name of the file that holds a secret: `auth_database_url` for `AUTH_DATABASE_URL`. */
export function secretFileName(variable: string): string {
  return variable.toLowerCase();
}
