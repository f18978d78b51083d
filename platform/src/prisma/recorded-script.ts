import type { MigrationList } from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import { lockScript } from './migration-lock.js';

/**
 * Whether PostgreSQL runs the whole script as one transaction when it arrives in one message. False whenever the
 * script may end a transaction by itself or holds a statement that cannot run in one; to doubt is to say false.
 */
export function isOneTransaction(script: string): boolean {
  return !/\b(?:COMMIT|ROLLBACK|ABORT|END\s+(?:WORK|TRANSACTION)|CONCURRENTLY|VACUUM|TABLESPACE|DATABASE|SYSTEM|SUBSCRIPTION)\b/i.test(
    script,
  );
}

/**
 * Gives the function that turns a migration's script into one which also tells, in its own transaction, that it
 * is running and that it is done. The engine records it in a later statement; a process killed between the two would leave a migration
 * that is done and called unfinished.
 */
export function recordedScript(schema: string, migrations: MigrationList): (script: string) => string {
  const transactional = new Set<string>();
  for (const { migrationFile } of migrations.migrationDirectories) {
    const { content } = migrationFile;
    if (content.tag === 'ok' && isOneTransaction(content.value)) transactional.add(content.value);
  }
  const record = `UPDATE ${pg.escapeIdentifier(schema)}._prisma_migrations SET finished_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL`;
  return (script) => (transactional.has(script) ? `${lockScript}; ${script}\n;\n${record}` : script);
}
