import type { RouterContext } from '../../identity/request-context.js';
import type { SubgraphAnswer } from '../../transport/subgraph-answer.js';
import type { FetchOperation } from './fetch-operation.js';

/** One request to one subgraph. */
export class SubgraphFetch {
  #body: string | undefined;

  constructor(
    readonly operation: FetchOperation,
    /** Of the client's variables those that the operation uses, as the client gave them. */
    readonly variables: Readonly<Record<string, unknown>>,
    /** The entities that it asks for, each as JSON and each only once; undefined for fields of the root type. */
    readonly representations: ReadonlyArray<string> | undefined,
    /** What of the subgraph's changes the answer must show at least: of two fetches that differ in it each is sent. */
    readonly since = '',
  ) {}

  /** The JSON that is sent. */
  get body(): string {
    this.#body ??= writeBody(this);
    return this.#body;
  }
}

/** What stands between the executor and the subgraphs; such as shares or keeps answers wraps another one. */
export interface FetchExecutor {
  /**
   * Gives a subgraph's answer, its entities in the order of the representations. The answer is the caller's own,
   * to change as it likes.
   *
   * @throws {TransportFailure} when there is no answer
   */
  fetch(fetch: SubgraphFetch, context: RouterContext): Promise<SubgraphAnswer>;
}

function writeBody({ operation, variables, representations }: SubgraphFetch): string {
  const own = operation.variableNames.length === 0 ? '{}' : JSON.stringify(variables);
  if (representations === undefined) {
    return `${operation.bodyStart}${own}${operation.bodyEnd}`;
  }
  const start = own === '{}' ? '{' : `${own.slice(0, -1)},`;
  return `${operation.bodyStart}${start}"representations":[${representations.join(',')}]}${operation.bodyEnd}`;
}
