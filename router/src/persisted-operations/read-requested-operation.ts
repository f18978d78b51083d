import type { RequestedOperation } from './requested-operation.js';

/** As far as it matters here; nothing of it is certain. */
interface Parameters {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
  readonly extensions?: unknown;
}

/**
 * Reads which operation an HTTP request means: by `query`, by the hash in `extensions.persistedQuery`, or by
 * `documentId`, whose prefix `sha256:` stands for nothing. What is malformed is left to the GraphQL server to refuse.
 *
 * @param search of its address, with the question mark
 * @param body the JSON of a POST
 * @returns undefined when it is malformed
 * @see https://github.com/graphql/graphql-over-http/blob/main/spec/Appendix%20A%20--%20Persisted%20Documents.md
 */
export function readRequestedOperation(
  method: string,
  search: string,
  body: unknown,
): RequestedOperation | undefined {
  if (method === 'POST') {
    return isRecord(body) ? toRequested(body) : undefined;
  }
  const given = new URLSearchParams(search);
  return toRequested({
    query: given.get('query') ?? undefined,
    documentId: given.get('documentId') ?? undefined,
    operationName: given.get('operationName') ?? undefined,
    variables: parseJson(given.get('variables')),
    extensions: parseJson(given.get('extensions')),
  });
}

function toRequested({
  query,
  documentId,
  operationName,
  variables,
  extensions,
}: Parameters): RequestedOperation {
  return {
    text: typeof query === 'string' && query !== '' ? query : undefined,
    id: idIn(extensions) ?? withoutPrefix(documentId),
    operationName: typeof operationName === 'string' ? operationName : undefined,
    variables,
  };
}

function idIn(extensions: unknown): string | undefined {
  if (!isRecord(extensions) || !isRecord(extensions['persistedQuery'])) {
    return undefined;
  }
  const { sha256Hash } = extensions['persistedQuery'];
  return typeof sha256Hash === 'string' ? sha256Hash : undefined;
}

function withoutPrefix(documentId: unknown): string | undefined {
  return typeof documentId === 'string' ? documentId.replace(/^sha256:/, '') : undefined;
}

function parseJson(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    // The GraphQL server refuses it.
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
