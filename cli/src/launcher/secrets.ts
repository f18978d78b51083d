import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { DataFolder } from './data-folder.js';

/** Gives a secret by name: the one that was made before, or a new one. */
export type SecretSource = (name: string) => string;

/**
 * Keeps the secrets of the embedded default: random ones, made once for a data folder. So there is no default
 * secret anywhere that somebody could know.
 *
 * @throws Error when the file of an earlier start cannot be understood
 */
export function openSecrets(folder: DataFolder): SecretSource {
  const secrets = existsSync(folder.secretsFile) ? readSecrets(folder.secretsFile) : {};
  return (name) => {
    const known = secrets[name];
    if (known !== undefined) {
      return known;
    }
    const made = randomBytes(32).toString('base64url');
    secrets[name] = made;
    folder.write('secrets.json', `${JSON.stringify(secrets, null, 2)}\n`);
    return made;
  };
}

function readSecrets(file: string): Record<string, string> {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Error(
      `${file} is damaged, and with it the passwords of the databases beside it. Put it back, or remove the data folder to begin anew.`,
      { cause: error },
    );
  }
}
