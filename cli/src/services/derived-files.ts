import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readServices } from '@supergraph/schema/services';
import { renderBrokerConfiguration } from './broker-configuration.js';
import { renderComposeFile } from './compose-file.js';
import { renderEnvironmentExample } from './environment-example.js';
import { renderMigrationMapping } from './migration-mapping.js';

/** A file that follows from the list of services. */
export interface DerivedFile {
  /** Path below the repository. */
  readonly file: string;
  /** It was not what the list says: written now, or to be written. */
  readonly changed: boolean;
}

const renderers = {
  'docker-compose.yml': renderComposeFile,
  'deploy/nats/nats.conf': renderBrokerConfiguration,
  '.env.example': renderEnvironmentExample,
  'deploy/shared-database/migration.json': renderMigrationMapping,
} as const;

/**
 * Compares the files that follow from `subgraphs/services.json` with what they should be, and writes those that
 * differ unless it is only asked to check.
 *
 * @param root the repository
 * @throws {ServicesFileError} when the list cannot be used
 */
export function writeDerivedFiles(root: string, mode: 'write' | 'check'): ReadonlyArray<DerivedFile> {
  const services = readServices(root);
  return Object.entries(renderers).map(([file, render]) => {
    const path = join(root, file);
    const text = render(services);
    const changed = !existsSync(path) || readFileSync(path, 'utf8') !== text;
    if (changed && mode === 'write') {
      writeFileSync(path, text);
    }
    return { file, changed };
  });
}
