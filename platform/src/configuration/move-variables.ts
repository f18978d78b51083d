import { z } from 'zod';
import { toVariableName } from './caller-secrets.js';
import { ConfigurationError } from './configuration-error.js';
import { secretVariable } from './variables.js';

/** How a service's database may be exchanged for another one while the service runs. */
export interface MoveConfiguration {
  /** The database that it may move to, with the service's own role there. */
  readonly nextDatabaseUrl: string;
  /** By what the migration proves itself to the service's gate. */
  readonly gateSecret: string;
}

/** The variables that let a service move to another database. */
export function moveVariables(service: string): Record<string, z.ZodType> {
  return {
    [nextUrlName(service)]: databaseUrlVariable().optional(),
    GATE_SECRET: secretVariable().optional(),
  };
}

/**
 * Gives the parsed {@link moveVariables} their names in code.
 *
 * @returns undefined for a service that moves nowhere
 * @throws {ConfigurationError} when it may move and nobody could tell it to
 */
export function toMoveConfiguration(
  service: string,
  values: Readonly<Record<string, unknown>>,
): MoveConfiguration | undefined {
  const nextDatabaseUrl = values[nextUrlName(service)] as string | undefined;
  if (nextDatabaseUrl === undefined) return undefined;
  const gateSecret = values['GATE_SECRET'] as string | undefined;
  if (gateSecret === undefined) {
    throw new ConfigurationError([
      `GATE_SECRET is not set. With ${nextUrlName(service)}, set it to a random secret of 32 characters or more that the migration knows too.`,
    ]);
  }
  return { nextDatabaseUrl, gateSecret };
}

/** The address of a PostgreSQL database. */
export function databaseUrlVariable(): z.ZodType<string> {
  return z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be a postgresql:// address')
    .describe('a postgresql:// address');
}

function nextUrlName(service: string): string {
  return `${toVariableName(service)}_NEXT_DATABASE_URL`;
}
