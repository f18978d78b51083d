import { readFile } from 'node:fs/promises';
import { describeCause } from '@supergraph/platform/errors';
import { reportGauge, type Logger, type Metrics } from '@supergraph/platform/telemetry';
import { watchFile } from '../supergraph/watch-file.js';
import { parseManifest, type Manifest } from './manifest.js';
import { PersistedOperations } from './persisted-operations.js';
import type { PersistedOperationsSettings } from './settings.js';

/** Persisted operations whose manifest can be watched. */
export interface WatchedPersistedOperations {
  readonly operations: PersistedOperations;
  /** Begins to watch the manifest, and hands on what a new one registers. */
  follow(onReplaced: (documents: Manifest['documents']) => void): void;
  /** Looks at the manifest now, and resolves when what it holds is in use or refused. */
  reload(): Promise<void>;
  stop(): void;
}

/**
 * Reads the manifest, and once it is followed goes on reading it when it changes; a broken one is told and refused while
 * the one before goes on.
 *
 * @throws when the manifest that is there at the start cannot be used
 */
export async function startPersistedOperations(
  settings: PersistedOperationsSettings,
  logger: Logger,
  metrics: Metrics,
): Promise<WatchedPersistedOperations> {
  const { file } = settings;
  const text = file === undefined ? undefined : await readFile(file, 'utf8');
  const manifest = text === undefined ? undefined : parseManifest(text);
  const operations = new PersistedOperations(settings, manifest, logger);
  if (file === undefined || text === undefined) {
    return {
      operations,
      follow: () => undefined,
      reload: () => Promise.resolve(),
      stop: () => undefined,
    };
  }
  reportGauge(metrics, {
    name: 'router_unregistered_operations',
    help: 'Requests since the start whose operation is not registered.',
    read: () => Promise.resolve(operations.unregistered),
  });
  const take = (next: string, onReplaced: (documents: Manifest['documents']) => void): Promise<void> => {
    try {
      const manifest = parseManifest(next);
      operations.replace(manifest);
      logger.info(
        { event: 'reloaded', file, operations: manifest.size },
        'new persisted operations are served',
      );
      onReplaced(manifest.documents);
    } catch (error) {
      const cause = describeCause(error);
      logger.error(
        { event: 'refused', file, cause },
        'the new manifest of persisted operations was refused; the one before goes on',
      );
    }
    return Promise.resolve();
  };
  let watched: ReturnType<typeof watchFile> | undefined;
  return {
    operations,
    follow(onReplaced) {
      watched ??= watchFile(file, text, (next) => take(next, onReplaced), logger);
    },
    reload: async () => watched?.check(),
    stop: () => watched?.stop(),
  };
}
