import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeCause } from '@supergraph/platform/errors';
import type { Logger } from '@supergraph/platform/telemetry';
import { parse } from 'graphql';
import type { ExpectedOperation } from '../execution/operation/operation-store.js';

/**
 * Reads the operations that clients are known to send: the `.graphql` files of a folder, one operation in each with
 * its fragments. A file that cannot be read is told and left out, since requests are served without it too.
 *
 * @returns none when there is no such folder
 */
export async function readExpectedOperations(
  folder: string,
  logger: Logger,
): Promise<ReadonlyArray<ExpectedOperation>> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') {
      throw error;
    }
    return [];
  });
  const operations: ExpectedOperation[] = [];
  for (const name of names.filter((each) => each.endsWith('.graphql')).sort()) {
    try {
      operations.push({ document: parse(await readFile(join(folder, name), 'utf8')) });
    } catch (error) {
      logger.warn({ file: name, cause: describeCause(error) }, 'a saved operation cannot be read');
    }
  }
  return operations;
}
