import { SubgraphFetch, type FetchExecutor } from '../execution/fetch/subgraph-fetch.js';
import type { RouterContext } from '../identity/request-context.js';
import type { SubgraphAnswer } from '../transport/subgraph-answer.js';
import { TransportFailure } from '../transport/transport-failure.js';
import { readAnswerPolicy, type AnswerPolicy } from './answer-policy.js';
import type { CachedSource } from './cached-source.js';
import { copyValue } from './copy-value.js';
import type { EntityCache } from './entity-cache.js';
import { isObject } from '../execution/data/response-object.js';
import { namesOfEntity, ROOT_FIELDS, typenameOf } from './entity-names.js';
import { fetchKeys, type FetchKeys } from './fetch-keys.js';
import { mergeEntities } from './merge-entities.js';
import { readToldChanges } from './told-changes.js';

/** Failures of requests that did not go out. */
const NEVER_SENT: ReadonlySet<string> = new Set(['unreachable', 'open', 'full']);
/** Under which type answers to root fields are counted. */
const ROOT_TYPE = 'Query';

/** One fetch on its way through the cache. */
interface Lookup {
  readonly fetch: SubgraphFetch;
  readonly context: RouterContext;
  readonly source: CachedSource;
  readonly keys: FetchKeys;
  /** How many changes of the subgraph were heard when it began. */
  readonly begunAt: number;
  /** Whether what is kept may be served. */
  readonly isCurrent: boolean;
}

/** Answers fetches from the {@link EntityCache} as far as it can, asks for the rest, and keeps what comes. */
export class CachedFetches implements FetchExecutor {
  constructor(
    private readonly fetches: FetchExecutor,
    private readonly cache: EntityCache,
  ) {}

  async fetch(fetch: SubgraphFetch, context: RouterContext): Promise<SubgraphAnswer> {
    const source = this.cache.sourceOf(fetch.operation.subgraph);
    if (fetch.operation.kind === 'mutation') {
      return this.#change(fetch, context, source);
    }
    const written = context.positions?.get(source.name);
    const lookup: Lookup = {
      fetch,
      context,
      source,
      keys: fetchKeys(this.cache.selections.of(fetch.operation), fetch, context),
      begunAt: source.count,
      isCurrent: this.cache.store !== undefined && source.isCurrent(written),
    };
    return fetch.representations === undefined
      ? this.#readRoot(lookup)
      : this.#readEntities(lookup, fetch.representations);
  }

  async #change(fetch: SubgraphFetch, context: RouterContext, source: CachedSource): Promise<SubgraphAnswer> {
    let answer: SubgraphAnswer;
    try {
      answer = await this.fetches.fetch(fetch, context);
    } catch (error) {
      if (!(error instanceof TransportFailure) || !NEVER_SENT.has(error.kind)) {
        source.onUnknownChange();
      }
      throw error;
    }
    if (!this.#hear(answer, context, source)) {
      source.onUnknownChange();
    }
    return answer;
  }

  async #readRoot(lookup: Lookup): Promise<SubgraphAnswer> {
    const kept = this.#find(lookup, ROOT_FIELDS);
    this.#count(lookup, ROOT_TYPE, kept === undefined ? 0 : 1, kept === undefined ? 1 : 0);
    if (kept !== undefined) {
      return { data: copyValue(kept) as Record<string, unknown>, length: 0, cached: 1 };
    }
    const { answer, policy } = await this.#ask(lookup, undefined);
    const { data } = answer;
    if (policy !== undefined && isObject(data) && Object.values(data).every((value) => value !== null)) {
      this.#keep(lookup, ROOT_FIELDS, data, [ROOT_FIELDS], policy);
    }
    return answer;
  }

  async #readEntities(lookup: Lookup, representations: ReadonlyArray<string>): Promise<SubgraphAnswer> {
    const entities: unknown[] = [];
    const missing: number[] = [];
    for (const [index, representation] of representations.entries()) {
      const kept = this.#find(lookup, representation);
      if (kept === undefined) {
        missing.push(index);
      }
      entities.push(kept === undefined ? null : copyValue(kept));
    }
    this.#countTypes(lookup, representations, missing);
    if (missing.length === 0) {
      return { data: { _entities: entities }, length: 0, cached: entities.length };
    }
    const asked = missing.map((index) => representations[index] as string);
    const { answer, policy } = await this.#ask(lookup, asked);
    const found: unknown = answer.data?.['_entities'];
    if (policy !== undefined && Array.isArray(found) && found.length === asked.length) {
      for (const [place, representation] of asked.entries()) {
        const entity: unknown = found[place];
        if (isObject(entity)) {
          this.#keep(lookup, representation, entity, namesOfEntity(representation, entity), policy);
        }
      }
    }
    return missing.length === representations.length ? answer : mergeEntities(entities, missing, answer);
  }

  async #ask(
    { fetch, context, source }: Lookup,
    representations: ReadonlyArray<string> | undefined,
  ): Promise<{ readonly answer: SubgraphAnswer; readonly policy: AnswerPolicy | undefined }> {
    const since = source.since(context.positions?.get(source.name));
    const { operation, variables } = fetch;
    const asked = new SubgraphFetch(operation, variables, representations, since);
    const answer = await this.fetches.fetch(asked, context);
    // Some services write when they are read: what is not there yet is made.
    this.#hear(answer, context, source);
    const mayKeep = this.cache.store !== undefined && answer.errors === undefined;
    return { answer, policy: mayKeep ? readAnswerPolicy(answer.cacheControl) : undefined };
  }

  /** @returns whether the answer says what its request changed */
  #hear(answer: SubgraphAnswer, context: RouterContext, source: CachedSource): boolean {
    const changes = answer.extensions === undefined ? undefined : readToldChanges(answer.extensions);
    if (changes !== undefined && changes !== null) {
      source.onTold(changes);
      context.positions?.note(source.name, changes);
    }
    return changes !== undefined;
  }

  #find({ keys, isCurrent }: Lookup, of: string): unknown {
    const { store } = this.cache;
    if (store === undefined || !isCurrent) {
      return undefined;
    }
    const { selection } = keys;
    const now = performance.now();
    const forAll = selection.isKeptForAll ? store.get(keys.forAll(of), now) : undefined;
    return (forAll ?? (selection.isKeptForOne ? store.get(keys.forOne(of), now) : undefined))?.value;
  }

  #keep(
    { keys, source, begunAt }: Lookup,
    of: string,
    value: Readonly<Record<string, unknown>>,
    names: ReadonlyArray<string>,
    { isPrivate, maximumAgeSeconds }: AnswerPolicy,
  ): void {
    const { store, checksChanges } = this.cache;
    // What has no name could not be removed.
    if (
      store === undefined ||
      names.length === 0 ||
      !source.mayKeep(checksChanges ? names : [], checksChanges ? begunAt : Infinity)
    ) {
      return;
    }
    const key = isPrivate ? keys.forOne(of) : keys.forAll(of);
    const expiresAt = performance.now() + 1_000 * maximumAgeSeconds;
    const characters = JSON.stringify(value).length;
    // The answer is its receiver's, who writes into it.
    store.set(key, { value: copyValue(value), expiresAt, subgraph: source.name, names }, characters);
    if (isPrivate) {
      keys.selection.isKeptForOne = true;
    } else {
      keys.selection.isKeptForAll = true;
    }
  }

  #countTypes(lookup: Lookup, representations: ReadonlyArray<string>, missing: ReadonlyArray<number>): void {
    const misses = new Set(missing);
    const counts = new Map<string, [hits: number, misses: number]>();
    for (const [index, representation] of representations.entries()) {
      const type = typenameOf(representation);
      const [hits, missed] = counts.get(type) ?? [0, 0];
      counts.set(type, misses.has(index) ? [hits, missed + 1] : [hits + 1, missed]);
    }
    counts.forEach(([hits, missed], type) => this.#count(lookup, type, hits, missed));
  }

  #count({ source }: Lookup, type: string, hits: number, misses: number): void {
    if (this.cache.store !== undefined) {
      this.cache.counts.add(source.name, type, hits, misses);
    }
  }
}
