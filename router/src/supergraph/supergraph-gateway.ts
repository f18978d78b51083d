import type { GraphQLSchema } from 'graphql';
import type { Executor, LoadedSupergraph } from './loaded-supergraph.js';

type Listener = (context: { readonly apiSchema: GraphQLSchema; readonly coreSupergraphSdl: string }) => void;

/**
 * Gives Apollo Server the supergraph of the moment.
 *
 * Every version has an executor of its own, and a request is executed by the version that it was validated
 * against: one that is under way during a reload ends as it began.
 */
export class SupergraphGateway {
  #current: LoadedSupergraph;
  readonly #bySchema = new WeakMap<GraphQLSchema, LoadedSupergraph>();
  readonly #listeners = new Set<Listener>();

  constructor(initial: LoadedSupergraph) {
    this.#current = initial;
    this.#bySchema.set(initial.schema, initial);
  }

  /** The version that new requests are answered by. */
  get current(): LoadedSupergraph {
    return this.#current;
  }

  /** Goes over to another version. */
  replace(next: LoadedSupergraph): void {
    this.#current = next;
    this.#bySchema.set(next.schema, next);
    this.#announce();
  }

  /** Part of what Apollo Server asks of a gateway: called once at start. */
  load(): Promise<{ executor: Executor }> {
    this.#announce();
    return Promise.resolve({
      executor: (requestContext) => {
        const version = this.#bySchema.get(requestContext.schema) ?? this.#current;
        return version.execute(requestContext);
      },
    });
  }

  /** Part of what Apollo Server asks of a gateway: tells every version's schema. */
  onSchemaLoadOrUpdate(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Part of what Apollo Server asks of a gateway: the router closes what it opened itself. */
  stop(): Promise<void> {
    this.#listeners.clear();
    return Promise.resolve();
  }

  #announce(): void {
    for (const listener of this.#listeners) {
      listener({ apiSchema: this.#current.schema, coreSupergraphSdl: this.#current.sdl });
    }
  }
}
