import { readEnvironment, type EnvironmentSource } from '@supergraph/platform/configuration';
import type { Service } from '@supergraph/schema/services';
import { z } from 'zod';

/** The two ways into a service's database that migrations need. */
export interface MigrationUrls {
  readonly ownerUrl: string;
  readonly serviceUrl: string;
}

/**
 * Reads a service's `…_DATABASE_OWNER_URL` and `…_DATABASE_URL`, from the variables or from the files that
 * `…_FILE` names.
 *
 * @throws {ConfigurationError} with every mistake
 */
export function readMigrationUrls(
  { environmentPrefix }: Pick<Service, 'environmentPrefix'>,
  source: EnvironmentSource = process.env,
): MigrationUrls {
  const ownerName = `${environmentPrefix}_DATABASE_OWNER_URL`;
  const serviceName = `${environmentPrefix}_DATABASE_URL`;
  const values = readEnvironment(
    {
      [ownerName]: databaseUrl('the postgresql:// address with the role that owns the tables'),
      [serviceName]: databaseUrl('the postgresql:// address with the role that the service uses'),
    },
    source,
  );
  return { ownerUrl: String(values[ownerName]), serviceUrl: String(values[serviceName]) };
}

function databaseUrl(description: string): z.ZodType<string> {
  return z
    .string()
    .refine(
      (text) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol),
      'must be a postgresql:// address',
    )
    .describe(description);
}
