type Path = ReadonlyArray<string | number>;

/**
 * Reduces errors to the nulls of the response that they explain: to the first null on the way of their path. Two
 * executors that agree may name different ones of several reasons for a null, but not different nulls.
 *
 * @returns positions as JSON, sorted; paths that lead to no null as they are, marked
 */
export function explainedNulls(data: unknown, paths: ReadonlyArray<Path | undefined>): ReadonlyArray<string> {
  return [...new Set(paths.map((path) => explain(data, path)))].sort();
}

function explain(data: unknown, path: Path | undefined): string {
  if (path === undefined) {
    return 'no position';
  }
  let value = data;
  for (const [depth, step] of path.entries()) {
    if (value === null) {
      return JSON.stringify(path.slice(0, depth));
    }
    if (typeof value !== 'object' || value === undefined || !Object.hasOwn(value, step)) {
      return `absent: ${JSON.stringify(path)}`;
    }
    value = (value as Record<string | number, unknown>)[step];
  }
  return value === null ? JSON.stringify(path) : `not null: ${JSON.stringify(path)}`;
}
