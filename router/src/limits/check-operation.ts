import { ApplicationError, type ErrorCode } from '@supergraph/platform/errors';
import { GraphQLError, parse, type DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { measureDocument, type DocumentMeasures } from './measure-document.js';
import type { OperationLimits } from './limits.js';

/** Texts that were found small enough are not looked at again; this many characters of them are kept. */
const KEPT_CHARACTERS = 4_000_000;
/** Levels of selection sets for each level of fields: fragments nest without a field of their own. */
const SETS_PER_FIELD = 4;

type Measure = Exclude<keyof DocumentMeasures, 'nesting'>;

const REFUSALS: ReadonlyArray<readonly [Measure, ErrorCode, (most: number) => string]> = [
  [
    'depth',
    'MAX_DEPTH_LIMIT',
    (most) => `The operation nests deeper than ${most} levels; ask in several operations.`,
  ],
  [
    'rootFields',
    'MAX_ROOT_FIELDS_LIMIT',
    (most) => `The operation has more than ${most} root fields; ask for fewer at once.`,
  ],
  [
    'aliases',
    'MAX_ALIASES_LIMIT',
    (most) => `The operation has more than ${most} aliases; use fewer at once.`,
  ],
  [
    'fields',
    'MAX_FIELDS_LIMIT',
    (most) => `The operation has more than ${most} fields; ask for fewer at once.`,
  ],
  [
    'directives',
    'MAX_DIRECTIVES_LIMIT',
    (most) => `The operation has more than ${most} directives; use fewer at once.`,
  ],
];

/** Refuses operations by their text alone, before they are validated. */
export class OperationChecker {
  readonly #passed = new LRUCache<string, true>({
    maxSize: KEPT_CHARACTERS,
    sizeCalculation: (_passed, text) => Math.max(text.length, 1),
  });

  constructor(private readonly limits: OperationLimits) {}

  /**
   * Checks a text. One that is no GraphQL passes: whoever executes it says what is wrong with it.
   *
   * @throws {ApplicationError} with the code of the limit that it exceeds
   */
  check(text: string): void {
    if (this.#passed.get(text) === true) {
      return;
    }
    const document = this.#parse(text);
    if (document === undefined) {
      return;
    }
    const nestings = SETS_PER_FIELD * this.limits.depth;
    const measures = measureDocument(document, nestings);
    for (const [measure, code, messageOf] of REFUSALS) {
      if (measures[measure] > this.limits[measure]) {
        throw new ApplicationError(code, messageOf(this.limits[measure]));
      }
    }
    if (measures.nesting > nestings) {
      throw tooDeep(this.limits.depth);
    }
    this.#passed.set(text, true);
  }

  #parse(text: string): DocumentNode | undefined {
    try {
      return parse(text, { maxTokens: this.limits.tokens, noLocation: true });
    } catch (error) {
      if (error instanceof RangeError) {
        throw tooDeep(this.limits.depth);
      }
      // The parser gives no other sign of it.
      if (error instanceof GraphQLError && error.message.includes('Parsing aborted')) {
        throw new ApplicationError(
          'MAX_TOKENS_LIMIT',
          `The operation has more than ${this.limits.tokens} tokens; send a shorter one.`,
        );
      }
      return undefined;
    }
  }
}

function tooDeep(most: number): ApplicationError {
  return new ApplicationError(
    'MAX_DEPTH_LIMIT',
    `The operation nests deeper than ${most} levels; ask in several operations.`,
  );
}
