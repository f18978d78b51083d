import { runMigration, type MigrationEnd } from '@supergraph/cli';

/** Runs `npm run migration -- …` on what a launcher runs, to its end, however that is. */
export function migration(
  dataFolder: string,
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {},
): Promise<MigrationEnd> {
  return runMigration({ dataFolder, args, environment });
}

/** The same where it has to succeed. */
export async function migrate(dataFolder: string, ...args: ReadonlyArray<string>): Promise<string> {
  const { status, output } = await migration(dataFolder, args);
  if (status !== 0) throw new Error(`migration ${args.join(' ')} ended with ${status}:\n${output}`);
  return output;
}
