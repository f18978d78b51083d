/**
 * What stands in the way of migrations:
 * - `MIGRATIONS_DIRECTORY_INVALID`: the folder is missing, or a migration in it has no readable `migration.sql`.
 * - `MIGRATION_FAILED`: the database refused a statement of a migration.
 * - `MIGRATION_FAILED_EARLIER`: a migration failed in an earlier run and nobody has resolved it yet.
 * - `MIGRATION_EDITED`: the file of an applied migration is no longer what was applied.
 * - `MIGRATION_LOCK_TIMEOUT`: another process is migrating the database and has not finished in time.
 * - `SCHEMA_NOT_MIGRATED`: the PostgreSQL schema has tables that no migration made.
 * - `DATABASE_UNREACHABLE`: no connection, no such database, or the login is refused.
 * - `SCHEMA_ENGINE_FAILED`: anything else that Prisma's schema engine reports.
 */
export type MigrationErrorCode =
  | 'MIGRATIONS_DIRECTORY_INVALID'
  | 'MIGRATION_FAILED'
  | 'MIGRATION_FAILED_EARLIER'
  | 'MIGRATION_EDITED'
  | 'MIGRATION_LOCK_TIMEOUT'
  | 'SCHEMA_NOT_MIGRATED'
  | 'DATABASE_UNREACHABLE'
  | 'SCHEMA_ENGINE_FAILED';

/** Why migrations could not go on; the message says what to do about it. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';

  constructor(
    readonly code: MigrationErrorCode,
    message: string,
    /** The names of the migrations it is about, such as `20260101000000_create_widgets`. */
    readonly migrations: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** An error as the schema engine throws it. */
interface SchemaEngineError extends Error {
  /** Prisma's error code, for example `P3018`. */
  readonly code?: string;
}

/** Prisma's code for tables that are there before the first migration. */
const SCHEMA_NOT_EMPTY = 'P3005';

/** Tells what the schema engine threw while it applied `migration`, or before any when none is given. */
export function describeEngineFailure(cause: unknown, schema: string, migration?: string): MigrationError {
  if (cause instanceof MigrationError) return cause;
  const { code, message } = engineErrorOf(cause);
  if (code === SCHEMA_NOT_EMPTY) {
    return new MigrationError(
      'SCHEMA_NOT_MIGRATED',
      `The PostgreSQL schema "${schema}" has tables but no history of migrations. If they are the right ones, mark the migrations that made them with "prisma migrate resolve --applied NAME"; otherwise use an empty schema.`,
      [],
      { cause },
    );
  }
  if (migration !== undefined) {
    return new MigrationError(
      'MIGRATION_FAILED',
      `The migration "${migration}" of schema "${schema}" failed: ${message}. ${howToResolve(migration)}`,
      [migration],
      { cause },
    );
  }
  return new MigrationError('SCHEMA_ENGINE_FAILED', `Prisma's schema engine failed: ${message}`, [], {
    cause,
  });
}

/** Says how a migration that failed is taken up again. */
export function howToResolve(migration: string): string {
  return `A migration runs as one transaction, so nothing of it was kept unless it commits by itself or uses CONCURRENTLY. Correct its migration.sql, run "prisma migrate resolve --rolled-back ${migration}", and deploy again.`;
}

/** The engine's code and the first part of its message, without the trace of its own source files. */
export function engineErrorOf(cause: unknown): {
  readonly code: string | undefined;
  readonly message: string;
} {
  if (!(cause instanceof Error)) return { code: undefined, message: String(cause) };
  const [message = ''] = cause.message.split(/\n\s+0: /);
  const [, plain = message] =
    /^external connector error\nError querying the database: (.*)$/s.exec(message) ?? [];
  return { code: (cause as SchemaEngineError).code, message: plain.trim() };
}
