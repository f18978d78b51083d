import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readServices, type Service } from '@supergraph/schema/services';
import { BROKER_HOST, BROKER_PORT, databaseHost, DATABASE_PORT } from './addresses.js';
import {
  brokerSecretsOf,
  callerSecretsOf,
  databaseSecretsOf,
  ownSecretsOf,
  rolesOf,
  secretFileName,
} from './secret-names.js';

/** What {@link makeSecrets} did, as names of files. */
export interface MadeSecrets {
  readonly folder: string;
  readonly written: ReadonlyArray<string>;
  /** Those that were there before; they are never changed. */
  readonly kept: ReadonlyArray<string>;
}

/** The folder cannot hold secrets; the message says what to do. */
export class SecretsFolderError extends Error {
  override readonly name = 'SecretsFolderError';
}

/**
 * Writes every secret that `docker-compose.yml` mounts, each into a file of its own: random ones, and the connection
 * URLs that contain them. What exists is kept, so after a new service has joined the list only its secrets are made.
 *
 * Only the user may enter the folder. The files in it can be read by anybody who gets that far, because a container
 * sees the file alone and reads it as another user than the one who made it.
 *
 * @param root the repository
 * @param folder made when it does not exist
 * @throws {SecretsFolderError} when others may enter the folder
 */
export function makeSecrets(root: string, folder: string): MadeSecrets {
  const directory = resolve(folder);
  const services = readServices(root);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if ((statSync(directory).mode & 0o077) !== 0) {
    throw new SecretsFolderError(
      `Others may enter ${directory}. Close it first: chmod 700 '${directory}'. Nothing was written.`,
    );
  }
  const written: string[] = [];
  const kept: string[] = [];
  for (const [name, value] of services.flatMap((service) => secretsOf(service, services, directory))) {
    const file = join(directory, secretFileName(name));
    if (existsSync(file)) {
      kept.push(secretFileName(name));
      continue;
    }
    // `wx`, so that not even a file that appeared this moment is overwritten.
    writeFileSync(file, `${value}\n`, { flag: 'wx', mode: 0o444 });
    written.push(secretFileName(name));
  }
  return { folder: directory, written, kept };
}

function secretsOf(
  service: Service,
  services: ReadonlyArray<Service>,
  directory: string,
): ReadonlyArray<readonly [name: string, value: string]> {
  const names = databaseSecretsOf(service);
  const roles = rolesOf(service);
  const ownerPassword = passwordOf(directory, names.ownerPassword, names.ownerUrl);
  const servicePassword = passwordOf(directory, names.servicePassword, names.serviceUrl);
  const broker = brokerSecretsOf(service);
  const brokerPassword = passwordOf(directory, broker.password, broker.url);
  return [
    [names.superuserPassword, randomSecret()],
    [names.ownerPassword, ownerPassword],
    [names.servicePassword, servicePassword],
    [names.ownerUrl, connectionUrl(service, roles.owner, ownerPassword)],
    [names.serviceUrl, connectionUrl(service, roles.service, servicePassword)],
    [broker.password, brokerPassword],
    [broker.url, brokerUrl(service, brokerPassword)],
    ...[...callerSecretsOf(service, services), ...ownSecretsOf(service)].map(
      (name) => [name, randomSecret()] as const,
    ),
  ];
}

/** A password stands in a file of its own and in a URL; one that exists in either place decides. */
function passwordOf(directory: string, passwordName: string, urlName: string): string {
  const known = read(directory, passwordName);
  if (known !== undefined) {
    return known;
  }
  const url = read(directory, urlName);
  return url !== undefined && URL.canParse(url) && new URL(url).password !== ''
    ? decodeURIComponent(new URL(url).password)
    : randomSecret();
}

function read(directory: string, name: string): string | undefined {
  const file = join(directory, secretFileName(name));
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

function connectionUrl(service: Service, role: string, password: string): string {
  return `postgresql://${role}:${encodeURIComponent(password)}@${databaseHost(service)}:${DATABASE_PORT}/${service.database}`;
}

function brokerUrl({ name }: Service, password: string): string {
  return `nats://${name}:${encodeURIComponent(password)}@${BROKER_HOST}:${BROKER_PORT}`;
}

/** 256 random bits in letters that need no quoting anywhere. */
function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}
