import { ApplicationError } from '@supergraph/platform/errors';
import type { Logger } from '@supergraph/platform/telemetry';
import { LRUCache } from 'lru-cache';
import { AutomaticQueries, hashOf } from './automatic-queries.js';
import type { Manifest } from './manifest.js';
import type { AdmittedOperation, RequestedOperation } from './requested-operation.js';
import type { PersistedOperationsSettings } from './settings.js';

/** Each unregistered operation is told once, as long as it is among the last so many. */
const REMEMBERED_UNREGISTERED = 1_000;

/** Decides which operation a request means, and whether it is let in. */
export class PersistedOperations {
  readonly #automatic: AutomaticQueries | undefined;
  readonly #told = new LRUCache<string, true>({ max: REMEMBERED_UNREGISTERED });
  #manifest: Manifest | undefined;
  #unregistered = 0;

  constructor(
    private readonly settings: PersistedOperationsSettings,
    manifest: Manifest | undefined,
    private readonly logger: Logger,
  ) {
    this.#automatic = settings.automatic ? new AutomaticQueries() : undefined;
    this.#manifest = manifest;
  }

  /** How many requests carried an operation that is not registered; counted in the modes `audit` and `safelist`. */
  get unregistered(): number {
    return this.#unregistered;
  }

  /** The registered operations, to be made ready before they are asked for. */
  get documents(): Manifest['documents'] {
    return this.#manifest?.documents ?? [];
  }

  /** Goes on with another manifest. */
  replace(manifest: Manifest): void {
    this.#manifest = manifest;
  }

  /**
   * Gives the operation that a request means.
   *
   * @param clientName of the program that asks, when it tells
   * @returns undefined when the request holds neither a text nor an id
   * @throws {ApplicationError} when it is not let in or not known
   */
  admit(requested: RequestedOperation, clientName: string | undefined): AdmittedOperation | undefined {
    const { text, id } = requested;
    if (text === undefined) {
      return id === undefined ? undefined : this.#find(id, clientName);
    }
    if (this.settings.requireId) {
      throw new ApplicationError(
        'PERSISTED_QUERY_ID_REQUIRED',
        'Operations are taken by their id only; send the id of a registered operation and no text.',
      );
    }
    const registered = this.#manifest?.idOf(text);
    const known = registered === undefined ? {} : { id: registered };
    if (registered === undefined && this.settings.mode !== 'off') {
      this.#tell(requested, text);
    }
    return id === undefined
      ? { text, ...known }
      : { text, ...known, ...this.#checkHash(id, text, clientName) };
  }

  /** Keeps an operation that was found to be right, if its client asked for that. */
  keep({ keepAs, text }: AdmittedOperation): void {
    if (keepAs !== undefined) {
      this.#automatic?.keep(keepAs, text);
    }
  }

  #find(id: string, clientName: string | undefined): AdmittedOperation {
    const registered = this.#manifest?.bodyOf(id, clientName);
    if (registered !== undefined) {
      return { text: registered, id };
    }
    if (this.#automatic !== undefined) {
      const kept = this.#automatic.get(id);
      if (kept !== undefined) {
        return { text: kept };
      }
      // Clients of the protocol go by exactly this message and code.
      throw new ApplicationError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
    }
    if (this.#manifest === undefined) {
      throw new ApplicationError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
    }
    this.#unregistered += 1;
    throw new ApplicationError(
      'PERSISTED_QUERY_NOT_IN_LIST',
      'No operation is registered under this id; register it, or ask for a registered one.',
    );
  }

  #checkHash(id: string, text: string, clientName: string | undefined): Pick<AdmittedOperation, 'keepAs'> {
    if (this.#manifest?.bodyOf(id, clientName) === text) {
      return {};
    }
    if (this.#automatic === undefined && this.#manifest === undefined) {
      throw new ApplicationError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
    }
    if (hashOf(text) !== id) {
      throw new ApplicationError(
        'PERSISTED_QUERY_HASH_MISMATCH',
        'The hash is not that of the operation; send the SHA-256 of exactly the text that is sent.',
      );
    }
    return { keepAs: id };
  }

  #tell({ operationName }: RequestedOperation, text: string): void {
    this.#unregistered += 1;
    if (this.settings.mode === 'safelist') {
      throw new ApplicationError(
        'PERSISTED_QUERY_NOT_IN_LIST',
        'The operation is not registered; register it, or ask for a registered one.',
      );
    }
    const hash = hashOf(text);
    if (!this.#told.has(hash)) {
      this.#told.set(hash, true);
      this.logger.warn({ event: 'unregistered', operationName, hash }, 'an operation is not registered');
    }
  }
}
