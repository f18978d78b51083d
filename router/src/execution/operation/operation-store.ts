import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { getOperationAST, print, validate, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import type { Planner } from '../plan/planner.js';
import type { PolicyDecision } from '../policy.js';
import { forgetTokens } from './forget-tokens.js';
import { PreparedOperation } from './prepared-operation.js';

/** Operations that are kept ready. */
const KEPT_OPERATIONS = 2_000;
/** One operation may come in several spellings. */
const KEPT_SPELLINGS = 2 * KEPT_OPERATIONS;

/** A validated operation as a request brings it. */
export interface ValidatedOperation {
  /** The same for every request with the same text. */
  readonly textHash: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

/** An operation to make ready before it is asked for. */
export interface ExpectedOperation {
  readonly document: DocumentNode;
  readonly operationName?: string | undefined;
}

/**
 * Keeps the operations of one version of the supergraph ready: those that were asked for last, in bounded number.
 *
 * Two texts that differ in white space and comments only are one operation. Since planning is synchronous, requests
 * for an operation that is not there yet never plan it twice.
 */
export class OperationStore {
  readonly #bySpelling = new LRUCache<string, PreparedOperation>({ max: KEPT_SPELLINGS });
  readonly #byText = new LRUCache<string, PreparedOperation>({ max: KEPT_OPERATIONS });

  constructor(readonly planner: Planner) {}

  /** How many operations are ready. */
  get size(): number {
    return this.#byText.size;
  }

  /** Gives the operation made ready; makes it so when it is not. Throws what planning throws. */
  get(asked: ValidatedOperation, decision?: PolicyDecision): PreparedOperation {
    const spelling = keyOf(asked.textHash, asked.operation, decision);
    let prepared = this.#bySpelling.get(spelling);
    if (prepared === undefined) {
      prepared = this.#prepare(asked.document, asked.operation, decision);
      this.#bySpelling.set(spelling, prepared);
    }
    prepared.uses += 1;
    return prepared;
  }

  /** Gives the operations that were asked for most often, without those that depend on who asks. */
  mostUsed(count: number): ReadonlyArray<ExpectedOperation> {
    return [...this.#byText.values()]
      .filter(({ uses }) => uses > 0)
      .sort((left, right) => right.uses - left.uses)
      .slice(0, count)
      .map(({ document, operation }) => ({ document, operationName: operation.name?.value }));
  }

  /**
   * Makes operations ready, one after the other with other work in between. Those that the schema does not allow,
   * or that cannot be planned, are left to whoever asks for them.
   *
   * @returns how many are ready
   */
  async warm(operations: ReadonlyArray<ExpectedOperation>): Promise<number> {
    let ready = 0;
    for (const { document, operationName } of operations) {
      await setImmediate();
      ready += this.#tryPrepare(document, operationName) ? 1 : 0;
    }
    return ready;
  }

  #tryPrepare(document: DocumentNode, operationName: string | undefined): boolean {
    const operation = getOperationAST(document, operationName);
    if (!operation || validate(this.planner.schema, document).length > 0) {
      return false;
    }
    try {
      this.#prepare(document, operation, undefined);
      return true;
    } catch {
      // Whoever asks for it is told why.
      return false;
    }
  }

  #prepare(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    decision: PolicyDecision | undefined,
  ): PreparedOperation {
    const text = keyOf(print(document), operation, decision);
    let prepared = this.#byText.get(text);
    if (prepared === undefined) {
      prepared = new PreparedOperation(this.planner, document, operation, decision);
      forgetTokens(document);
      this.#byText.set(text, prepared);
    }
    return prepared;
  }
}

function keyOf(
  text: string,
  { name }: OperationDefinitionNode,
  decision: PolicyDecision | undefined,
): string {
  return `${decision?.key ?? ''}\n${name?.value ?? ''}\n${text}`;
}
