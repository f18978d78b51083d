import type { DocumentNode, FieldNode, OperationDefinitionNode } from 'graphql';
import type { RouterContext } from '../identity/request-context.js';
import type { FieldError } from './data/field-failure.js';

/** Says of a field of the operation why it may not be read; undefined when it may. */
export type Withheld = (node: FieldNode) => FieldError | undefined;

/** What somebody may not have of an operation. */
export interface PolicyDecision {
  /** Two decisions about one operation that have the same key are the same: plans are kept by it. */
  readonly key: string;
  /** The operation without what is withheld, to be planned in its place. */
  readonly document: DocumentNode;
  readonly withheld: Withheld;
}

/** An operation that somebody asks for. */
export interface AskedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: RouterContext;
}

/**
 * Decides what of an operation somebody may have, before it is planned.
 *
 * @returns undefined when nothing is withheld
 * @throws GraphQLError to refuse the operation as a whole
 */
export type OperationPolicy = (
  asked: AskedOperation,
) => PolicyDecision | undefined | Promise<PolicyDecision | undefined>;
