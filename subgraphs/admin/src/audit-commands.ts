import { createDatabase } from '@supergraph/platform/database';
import { createOutbox } from '@supergraph/platform/events';
import { createLogger, createMetrics } from '@supergraph/platform/telemetry';
import { readAuditExportFilter, type AuditExportOptions } from './domain/audit-export-filter.js';
import { exportAuditEntries } from './domain/export-audit.js';
import { verifyChain, type ChainReport } from './domain/verify-chain.js';
import { contracts } from './events/contracts.js';
import { PrismaClient } from './generated/prisma/client.js';
import { createStore, type Store } from './store/index.js';

const ENTRIES_AT_ONCE = 1_000;

/**
 * Verifies the whole audit log of a database, page by page.
 *
 * @param databaseUrl of admin's database, with the service's own role
 * @param onProgress told after each page how many entries were looked at
 * @throws the database's error when it does not answer
 */
export function verifyAuditLog(
  databaseUrl: string,
  onProgress: (entries: number) => void = () => undefined,
): Promise<ChainReport> {
  return withStore(databaseUrl, (store) => {
    let entries = 0;
    return verifyChain(async (after) => {
      const rows = await store.auditChain.read(after, ENTRIES_AT_ONCE);
      entries += rows.length;
      onProgress(entries);
      return rows;
    });
  });
}

/**
 * Exports the audit log of a database as JSON Lines, the oldest entry first.
 *
 * @param databaseUrl of admin's database, with the service's own role
 * @param options what it is narrowed by
 * @param write takes the lines of a page; the next page is read when it is done
 * @throws with plain words when the options have mistakes, or the database's error
 */
export async function exportAuditLog(
  databaseUrl: string,
  options: AuditExportOptions,
  write: (lines: string) => Promise<void>,
): Promise<void> {
  const read = readAuditExportFilter(options);
  if (read.type === 'wrong') {
    throw new Error(read.message);
  }
  await withStore(databaseUrl, async (store) => {
    for await (const lines of exportAuditEntries(store.auditEntries, read.filter)) {
      await write(lines);
    }
  });
}

async function withStore<Result>(
  databaseUrl: string,
  work: (store: Store) => Promise<Result>,
): Promise<Result> {
  const database = createDatabase({
    url: databaseUrl,
    schema: 'admin',
    maximumConnections: 1,
    logger: createLogger('admin', 'silent'),
    metrics: createMetrics('admin'),
  });
  const prisma = new PrismaClient({ adapter: database.adapter });
  try {
    return await work(createStore(prisma, createOutbox({ source: 'admin', contracts })));
  } finally {
    await prisma.$disconnect();
    await database.close();
  }
}
