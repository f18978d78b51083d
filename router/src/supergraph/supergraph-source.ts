import { readFile } from 'node:fs/promises';
import { describeCause } from '@supergraph/platform/errors';
import type { Logger } from '@supergraph/platform/telemetry';
import {
  fetchSupergraph,
  keepCopy,
  pollUrl,
  type FetchedSupergraph,
  type SupergraphUrl,
} from './poll-url.js';
import { watchFile, type WatchedFile } from './watch-file.js';

/** Where the router's supergraph comes from. */
export interface SupergraphSource {
  /** Its name for logs: a path or an address. */
  readonly name: string;
  /** What it held at first. */
  readonly text: string;
  /** The text at first is served: it is kept. */
  accepted(): Promise<void>;
  /**
   * Hands over every further text.
   *
   * @param onChange called for one text at a time; tells whether it is served, and must not throw
   */
  watch(onChange: (text: string) => Promise<boolean>): WatchedFile;
}

/**
 * Opens the source that the configuration names: the address when there is one, else the file.
 *
 * @throws when it cannot be read, and there is no copy of what an address served before
 */
export async function openSupergraphSource(
  {
    supergraphFile,
    supergraphUrl,
  }: { readonly supergraphFile: string; readonly supergraphUrl: SupergraphUrl | undefined },
  logger: Logger,
): Promise<SupergraphSource> {
  if (supergraphUrl === undefined) {
    const text = await readFile(supergraphFile, 'utf8');
    return {
      name: supergraphFile,
      text,
      accepted: () => Promise.resolve(),
      watch: (onChange) =>
        watchFile(supergraphFile, text, async (next) => void (await onChange(next)), logger),
    };
  }
  const first = await fetchFirst(supergraphUrl, logger);
  return {
    name: supergraphUrl.url,
    text: first.text,
    accepted: () => keepCopy(supergraphUrl.copyFile, first.text, logger),
    watch: (onChange) => pollUrl(supergraphUrl, first, onChange, logger),
  };
}

async function fetchFirst({ url, copyFile }: SupergraphUrl, logger: Logger): Promise<FetchedSupergraph> {
  try {
    const fetched = await fetchSupergraph(url, undefined);
    if (fetched !== undefined) {
      return fetched;
    }
    throw new Error('it said that nothing has changed since nothing');
  } catch (error) {
    const cause = describeCause(error);
    const copy = copyFile === undefined ? undefined : await readFile(copyFile, 'utf8').catch(() => undefined);
    if (copy === undefined) {
      throw new Error(`ROUTER_SUPERGRAPH_URL: ${url} cannot be read: ${cause}; and there is no copy of it`, {
        cause: error,
      });
    }
    logger.error({ url, cause, file: copyFile }, 'the supergraph cannot be fetched; the copy is served');
    return { text: copy, etag: undefined };
  }
}
