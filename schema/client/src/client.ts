import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { DocumentNode } from 'graphql';
import { Kind, print } from 'graphql';
import { TransportError } from './transport-error.js';

export interface ClientOptions {
  /** The GraphQL endpoint: `http://localhost:4000/graphql`. */
  readonly url: string;
  /** An access token, or what gives the current one for each request; none asks as nobody. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>);
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long to wait for a whole answer; 30,000 ms unless told. */
  readonly timeoutMilliseconds?: number;
}

export interface ExecuteOptions {
  /** Ends the request early. */
  readonly signal?: AbortSignal;
}

/** One error of an answer. */
export interface ResponseError {
  readonly message: string;
  /** Which field it cost. */
  readonly path?: ReadonlyArray<string | number>;
  /** Holds the stable `code`, and the `service` that failed. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** An answer may carry data and errors at once: what failed is null in the data. */
export interface GraphQLResult<TData> {
  readonly data: TData | null | undefined;
  /** Empty when nothing failed. */
  readonly errors: ReadonlyArray<ResponseError>;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** Variables may be left out where the operation asks for none. */
type VariablesAndOptions<TVariables> =
  Record<string, never> extends TVariables
    ? [variables?: TVariables, options?: ExecuteOptions]
    : [variables: TVariables, options?: ExecuteOptions];

export interface Client {
  /**
   * Sends a saved operation.
   * @throws TransportError when no GraphQL answer comes; errors of the answer are given, not thrown.
   */
  execute<TData, TVariables>(
    document: TypedDocumentNode<TData, TVariables>,
    ...[variables, options]: VariablesAndOptions<TVariables>
  ): Promise<GraphQLResult<TData>>;
}

/**
 * A small client for typed documents: a POST for each operation, no cache.
 * @see https://graphql.github.io/graphql-over-http/draft/
 */
export function createClient(options: ClientOptions): Client {
  return {
    async execute<TData, TVariables>(
      document: TypedDocumentNode<TData, TVariables>,
      ...[variables, { signal } = {}]: VariablesAndOptions<TVariables>
    ) {
      const token = typeof options.token === 'function' ? await options.token() : options.token;
      const timeout = AbortSignal.timeout(options.timeoutMilliseconds ?? 30_000);
      const request = {
        method: 'POST',
        headers: {
          accept: 'application/graphql-response+json, application/json;q=0.9',
          'content-type': 'application/json',
          ...options.headers,
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ query: printOnce(document), operationName: nameOf(document), variables }),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      };
      return readResult<TData>(options.url, request);
    },
  };
}

async function readResult<TData>(url: string, request: RequestInit): Promise<GraphQLResult<TData>> {
  let status: number | undefined;
  let text: string;
  try {
    const response = await fetch(url, request);
    status = response.status;
    text = await response.text();
  } catch (error) {
    throw new TransportError(`${url} did not answer: ${(error as Error).message}`, {
      cause: error,
      ...(status !== undefined && { status }),
    });
  }
  const result = parseResult<TData>(text);
  if (result) return result;
  throw new TransportError(`${url} answered with status ${status} and no GraphQL result.`, { status });
}

function parseResult<TData>(text: string): GraphQLResult<TData> | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // What is no JSON is no GraphQL result: the caller says so, with the status.
    return undefined;
  }
  if (typeof body !== 'object' || body === null || !('data' in body || 'errors' in body)) return undefined;
  const { data, errors, extensions } = body as Partial<GraphQLResult<TData>>;
  return { data, errors: errors ?? [], extensions: extensions ?? {} };
}

const printed = new WeakMap<DocumentNode, string>();

function printOnce(document: DocumentNode): string {
  const text = printed.get(document) ?? print(document);
  printed.set(document, text);
  return text;
}

function nameOf(document: DocumentNode): string | undefined {
  const [name] = document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION && definition.name ? [definition.name.value] : [],
  );
  return name;
}
