import { rename, writeFile } from 'node:fs/promises';
import { describeCause } from '@supergraph/platform/errors';
import type { Logger } from '@supergraph/platform/telemetry';
import type { WatchedFile } from './watch-file.js';

/** Where a supergraph is served, and how it is asked for. */
export interface SupergraphUrl {
  readonly url: string;
  readonly pollMilliseconds: number;
  /** Where the last one that was good is kept for a start while the address is away; undefined for nowhere. */
  readonly copyFile: string | undefined;
}

/** A supergraph as it was served. */
export interface FetchedSupergraph {
  readonly text: string;
  /** By which the next request asks whether it has changed. */
  readonly etag: string | undefined;
}

const TIMEOUT_MILLISECONDS = 10_000;
const MAXIMUM_BYTES = 20 * 1024 * 1024;

/**
 * Fetches a supergraph.
 *
 * @param etag of the one that is known
 * @returns undefined when it has not changed
 * @throws when it cannot be had: no connection, no answer in 10 s, a status that is not 200, more than 20 MB
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2 If-None-Match
 */
export async function fetchSupergraph(
  url: string,
  etag: string | undefined,
): Promise<FetchedSupergraph | undefined> {
  const response = await fetch(url, {
    headers: {
      accept: 'application/graphql, text/plain, */*',
      ...(etag === undefined ? {} : { 'if-none-match': etag }),
    },
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
  });
  if (response.status === 304) {
    return undefined;
  }
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`HTTP status ${response.status}`);
  }
  return { text: await readBounded(response), etag: response.headers.get('etag') ?? undefined };
}

/**
 * Hands over the text of a supergraph whenever what an address serves differs from the last one. A failure is logged
 * once and tried again; what was served before goes on. Pauses have jitter, so that replicas do not ask in step.
 *
 * @param known what is served already
 * @param onChange called for one text at a time; tells whether it was accepted, and must not throw
 */
export function pollUrl(
  settings: SupergraphUrl,
  known: FetchedSupergraph,
  onChange: (text: string) => Promise<boolean>,
  logger: Logger,
): WatchedFile {
  const { url, pollMilliseconds, copyFile } = settings;
  let last = known;
  let trouble: string | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const look = async (): Promise<void> => {
    try {
      const next = await fetchSupergraph(url, last.etag);
      trouble = undefined;
      if (next === undefined) {
        return;
      }
      const changed = next.text !== last.text;
      last = next;
      if (changed && (await onChange(next.text))) {
        await keepCopy(copyFile, next.text, logger);
      }
    } catch (error) {
      const cause = describeCause(error);
      if (cause !== trouble) {
        trouble = cause;
        logger.error({ url, cause }, 'the supergraph cannot be fetched; the one before goes on');
      }
    }
  };
  const check = (): Promise<void> => (running = running.then(look));
  const schedule = (): void => {
    if (!stopped) {
      const pause = pollMilliseconds * (0.9 + Math.random() * 0.2);
      timer = setTimeout(() => void check().then(schedule), pause).unref();
    }
  };
  schedule();
  return {
    check,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Keeps a good supergraph for a start while its address is away. A failure is logged: the graph is served all the same. */
export async function keepCopy(file: string | undefined, text: string, logger: Logger): Promise<void> {
  if (file === undefined) {
    return;
  }
  try {
    // Whole or not at all, also when the process is killed in the middle.
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  } catch (error) {
    logger.error({ file, cause: describeCause(error) }, 'the copy of the supergraph cannot be written');
  }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAXIMUM_BYTES) {
      throw new Error(`it is larger than ${MAXIMUM_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
