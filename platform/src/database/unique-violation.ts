/** How Prisma tells which constraint it was, by its own engine or by a driver adapter. */
interface UniqueViolation {
  readonly target?: unknown;
  readonly driverAdapterError?: { readonly cause?: { readonly constraint?: unknown } };
}

/**
 * Tells whether an error that Prisma threw says that a row with this value exists already.
 *
 * @param constraint name of the unique index or a part of it, such as one of its columns; any when not given
 */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if ((error as { code?: unknown } | null)?.code !== 'P2002') {
    return false;
  }
  if (constraint === undefined) {
    return true;
  }
  // Not the whole of `meta`: the model's name and PostgreSQL's message are in it too.
  const { target, driverAdapterError } = (error as { meta?: UniqueViolation }).meta ?? {};
  return JSON.stringify([target, driverAdapterError?.cause?.constraint]).includes(constraint);
}
