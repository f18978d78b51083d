/**
 * Puts an error and the chain of its causes into one line for logs.
 *
 * @returns for example `fetch failed: connect ECONNREFUSED 127.0.0.1:4001`
 */
export function describeCause(error: unknown): string {
  const parts: string[] = [];
  let current: unknown = error;
  for (let depth = 0; current !== undefined && current !== null && depth < 5; depth += 1) {
    if (current instanceof AggregateError && current.message === '') {
      parts.push(current.errors.map((inner) => describeCause(inner)).join('; '));
      break;
    }
    parts.push(current instanceof Error ? current.message || current.name : JSON.stringify(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return [...new Set(parts)].join(': ');
}
