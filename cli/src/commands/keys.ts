import { readEnvironment, secretVariable } from '@supergraph/platform/configuration';
import { createLogger, createMetrics } from '@supergraph/platform/telemetry';
import type { Command, Option } from 'commander';
import { z } from 'zod';
import { openDataFolder } from '../launcher/data-folder.js';
import { readOwnerUrls } from '../launcher/owner-urls.js';
import { openSecrets } from '../launcher/secrets.js';

/** Adds `keys rotate`. */
export function addKeysCommands(program: Command, dataOption: () => Option): void {
  const keys = program.command('keys').description('Look after the keys that access tokens are signed with.');
  keys
    .command('rotate')
    .description('Add a signing key, and retire the others when no token of theirs is alive any more.')
    .addOption(dataOption())
    .action(async ({ data }: { data: string }) => {
      const folder = openDataFolder(data);
      const ownerUrl = (await readOwnerUrls(folder))['auth'];
      // Loaded late: no other command needs the service.
      const { rotateSigningKeys } = await import('@supergraph/auth');
      const { added, signsFrom, othersRetireAt } = await rotateSigningKeys(
        {
          databaseUrl: ownerUrl ?? '',
          ...readSettings(() => openSecrets(folder)('AUTH_KEY_ENCRYPTION_SECRET')),
        },
        { logger: createLogger('keys', 'warn'), metrics: createMetrics('keys') },
      );
      process.stdout.write(
        added
          ? `Added a key. It signs from ${signsFrom.toISOString()}, when everybody has it.${
              othersRetireAt === null ? '' : ` The others retire at ${othersRetireAt.toISOString()}.`
            } No token breaks.\n`
          : `A rotation is under way already: the new key signs from ${signsFrom.toISOString()}.\n`,
      );
    });
}

/** What auth is told, else what the embedded default made for it. */
function readSettings(embeddedSecret: () => string): {
  readonly keyEncryptionSecret: string;
  readonly accessTokenSeconds: number;
} {
  const values = readEnvironment({
    AUTH_KEY_ENCRYPTION_SECRET: secretVariable().optional(),
    AUTH_ACCESS_TOKEN_SECONDS: z.coerce.number().int().min(1).default(900),
  });
  return {
    keyEncryptionSecret: values.AUTH_KEY_ENCRYPTION_SECRET ?? embeddedSecret(),
    accessTokenSeconds: values.AUTH_ACCESS_TOKEN_SECONDS,
  };
}
