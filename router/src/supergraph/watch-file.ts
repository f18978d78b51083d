import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describeCause } from '@supergraph/platform/errors';
import type { Logger } from '@supergraph/platform/telemetry';

/** A file that is being watched. */
export interface WatchedFile {
  /** Reads it now, and resolves when what it holds was handed over. */
  check(): Promise<void>;
  stop(): void;
}

/** Long enough for an editor to have written the whole file. */
const SETTLE_MILLISECONDS = 50;
/** For file systems that tell nothing of their changes, such as network mounts. */
const POLL_MILLISECONDS = 5_000;

/**
 * Hands over a file's text whenever it differs from the last one: told by the file system, and looked up every
 * 5 s besides. The folder is watched and not the file, since most writers replace the file by another. A file
 * that is gone or cannot be read is logged once and tried again.
 *
 * @param text what is known already
 * @param onChange called for one text at a time; must not throw
 */
export function watchFile(
  file: string,
  text: string,
  onChange: (text: string) => Promise<void>,
  logger: Logger,
): WatchedFile {
  let known = text;
  let trouble: string | undefined;
  let running: Promise<void> = Promise.resolve();
  let settle: NodeJS.Timeout | undefined;

  const read = async (): Promise<void> => {
    try {
      const next = await readFile(file, 'utf8');
      trouble = undefined;
      if (next !== known) {
        known = next;
        await onChange(next);
      }
    } catch (error) {
      const cause = describeCause(error);
      if (cause !== trouble) {
        trouble = cause;
        logger.error({ file, cause }, 'the file cannot be read; what it held before goes on');
      }
    }
  };
  const check = (): Promise<void> => (running = running.then(read));
  const soon = (): void => {
    clearTimeout(settle);
    settle = setTimeout(() => void check(), SETTLE_MILLISECONDS).unref();
  };
  const poll = setInterval(soon, POLL_MILLISECONDS).unref();
  const stopWatching = watchFolder(dirname(file), soon, logger);
  return {
    check,
    stop() {
      clearInterval(poll);
      clearTimeout(settle);
      stopWatching();
    },
  };
}

function watchFolder(folder: string, onEvent: () => void, logger: Logger): () => void {
  try {
    const watcher = watch(folder, { persistent: false }, onEvent);
    watcher.on('error', (error) => {
      logger.warn(
        { folder, cause: describeCause(error) },
        'the folder cannot be watched; it is looked at every 5 s',
      );
      watcher.close();
    });
    return () => watcher.close();
  } catch (error) {
    logger.warn(
      { folder, cause: describeCause(error) },
      'the folder cannot be watched; it is looked at every 5 s',
    );
    return () => undefined;
  }
}
