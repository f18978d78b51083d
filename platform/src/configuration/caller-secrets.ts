import { ConfigurationError } from './configuration-error.js';
import { readVariable, type EnvironmentSource } from './environment.js';

const MINIMUM_LENGTH = 32;

/**
 * Names the variable that holds the secret by which `caller` proves itself to `service`. Both sides read
 * the same name, so one pair has one secret and no service can pose as another.
 *
 * @returns for example `AUTH_SECRET_FROM_ROUTER`
 */
export function secretNameFor(service: string, caller: string): string {
  return `${toVariableName(service)}_SECRET_FROM_${toVariableName(caller)}`;
}

/**
 * Reads the secrets of everybody who may call `service`: every `SERVICE_SECRET_FROM_CALLER` that is set.
 *
 * @returns secret by the caller's name in lower case
 * @throws {ConfigurationError} when the router has none, or one is shorter than 32 characters
 */
export function callerSecretsFor(
  service: string,
  source: EnvironmentSource = process.env,
): ReadonlyMap<string, string> {
  const prefix = `${toVariableName(service)}_SECRET_FROM_`;
  const mistakes: string[] = [];
  const secrets = new Map<string, string>();
  const names = new Set(Object.keys(source).map((variable) => variable.replace(/_FILE$/, '')));
  for (const name of names) {
    if (!name.startsWith(prefix)) {
      continue;
    }
    const secret = readVariable(name, source, mistakes);
    if (secret !== undefined) {
      secrets.set(name.slice(prefix.length).toLowerCase().replaceAll('_', '-'), secret);
    }
  }
  if (!secrets.has('router') && !mistakes.some((mistake) => mistake.startsWith(`${prefix}ROUTER`))) {
    mistakes.push(
      `${prefix}ROUTER is not set. The router proves itself by it: a random secret of 32 characters.`,
    );
  }
  for (const [caller, secret] of secrets) {
    if (secret.length < MINIMUM_LENGTH) {
      mistakes.push(`${secretNameFor(service, caller)} must be ${MINIMUM_LENGTH} characters or longer.`);
    }
  }
  if (new Set(secrets.values()).size < secrets.size) {
    mistakes.push(`${prefix}*: two callers share a secret; give each pair its own.`);
  }
  if (mistakes.length > 0) {
    throw new ConfigurationError(mistakes);
  }
  return secrets;
}

/** Writes a service's name as variables begin with it: `order-desk` as `ORDER_DESK`. */
export function toVariableName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
