/**
 * Tells whether an error that Prisma threw says that a row with this value exists already.
 *
 * @param constraint name of the unique index or of one of its columns; any when not given
 */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if ((error as { code?: unknown } | null)?.code !== 'P2002') {
    return false;
  }
  return (
    constraint === undefined || JSON.stringify((error as { meta?: unknown }).meta ?? {}).includes(constraint)
  );
}
