import { openDataFolder } from '../launcher/data-folder.js';
import { readOwnDatabases, readOwnerUrls } from '../launcher/owner-urls.js';
import { runSeed } from '../seed/command.js';

/** Fills the tables of the running system, or those that `…_DATABASE_OWNER_URL` name. */
export async function seed(options: {
  readonly users: number;
  readonly payments: number;
  readonly replace: boolean;
  readonly data: string;
}): Promise<void> {
  const folder = openDataFolder(options.data);
  const ownerUrls = await readOwnerUrls(folder);
  await runSeed({
    users: options.users,
    payments: options.payments,
    replace: options.replace,
    ownerUrls,
    ownDatabases: readOwnDatabases(folder),
    stdout: process.stdout,
  });
}
