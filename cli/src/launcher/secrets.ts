import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { DataFolder } from './data-folder.js';

/** Gives a secret by name: the one that was made before, or a new one. */
export type SecretSource = (name: string) => string;

/**
 * Keeps the secrets of the embedded default: random ones, made once for a data folder. So there is no default
 * secret anywhere that somebody could know.
 */
export function openSecrets(folder: DataFolder): SecretSource {
  const secrets: Record<string, string> = existsSync(folder.secretsFile)
    ? z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(folder.secretsFile, 'utf8')))
    : {};
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
