import {
  OperationTypeNode,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { FieldError } from '../execution/data/field-failure.js';
import type { AskedOperation, OperationPolicy, PolicyDecision } from '../execution/policy.js';
import { isMet, type Condition, type Grants } from './condition.js';
import type { PolicyEvaluator } from './policy-evaluator.js';
import { findProtectedFields, type ProtectedField } from './protected-fields.js';
import { refuseWithheld } from './refuse-withheld.js';
import type { Requirements } from './requirements.js';
import { withoutFields } from './without-fields.js';

/** What the policy of one version of a supergraph is made of. */
export interface OperationPolicyOptions {
  /** What clients see. */
  readonly schema: GraphQLSchema;
  readonly requirements: Requirements;
  readonly evaluate: PolicyEvaluator;
  /** `filter` leaves out what may not be had, `reject` refuses an operation that asks for it. */
  readonly unauthorized: 'filter' | 'reject';
}

/** Of one operation: each combination of conditions that are not met has a plan of its own. */
const KEPT_DECISIONS = 32;
const NO_NAMES: ReadonlySet<string> = new Set();

/** What the policy knows of an operation. */
interface JudgedOperation {
  readonly fields: ReadonlyArray<ProtectedField>;
  /** Places of the conditions that its fields depend on, each once, in order. */
  readonly conditions: ReadonlyArray<number>;
  /** The policies that those name. */
  readonly policies: ReadonlyArray<string>;
  /** By the conditions that are not met. */
  readonly decisions: LRUCache<string, PolicyDecision>;
}

/**
 * Makes the policy of a supergraph. An operation is judged once; a request then only evaluates the conditions that the
 * operation depends on, so that there are no more decisions about it than combinations of those, whoever asks.
 */
export function createOperationPolicy(options: OperationPolicyOptions): OperationPolicy {
  const { schema, requirements, evaluate, unauthorized } = options;
  const judged = new WeakMap<OperationDefinitionNode, JudgedOperation>();
  const judge = (document: DocumentNode, operation: OperationDefinitionNode): JudgedOperation => {
    let known = judged.get(operation);
    if (known === undefined) {
      const fields = findProtectedFields(schema, requirements, document, operation);
      const conditions = [...new Set(fields.flatMap((field) => field.conditions))].sort((a, b) => a - b);
      const policies = [
        ...new Set(conditions.flatMap((place) => policiesOf(requirements.conditions[place]))),
      ];
      known = { fields, conditions, policies, decisions: new LRUCache({ max: KEPT_DECISIONS }) };
      judged.set(operation, known);
    }
    return known;
  };
  const decide = (
    asked: AskedOperation,
    { fields, conditions, decisions }: JudgedOperation,
    policies: ReadonlySet<string>,
  ): PolicyDecision | undefined => {
    const grants = grantsOf(asked, policies);
    const unmet = conditions.filter((place) => !isMetAt(requirements, place, grants));
    if (unmet.length === 0) {
      return undefined;
    }
    const key = `unmet ${unmet.join(',')}`;
    let decision = decisions.get(key);
    if (decision === undefined) {
      decision = createDecision(key, asked, fields, unmet, requirements);
      decisions.set(key, decision);
    }
    if (unauthorized === 'reject') {
      refuseWithheld(asked, decision.withheld);
    }
    return decision;
  };
  return (asked) => {
    const operation = judge(asked.document, asked.operation);
    if (operation.conditions.length === 0) {
      return undefined;
    }
    if (operation.policies.length === 0) {
      return decide(asked, operation, NO_NAMES);
    }
    const fulfilled = evaluate(operation.policies, asked.context);
    return fulfilled instanceof Promise
      ? fulfilled.then((names) => decide(asked, operation, new Set(names)))
      : decide(asked, operation, new Set(fulfilled));
  };
}

function grantsOf({ context: { claims } }: AskedOperation, policies: ReadonlySet<string>): Grants {
  return { isAuthenticated: claims !== undefined, scopes: claims?.scopes ?? NO_NAMES, policies };
}

function isMetAt({ conditions }: Requirements, place: number, grants: Grants): boolean {
  const condition = conditions[place];
  return condition !== undefined && isMet(condition, grants);
}

function policiesOf(condition: Condition | undefined): ReadonlyArray<string> {
  return condition?.kind === 'policies' ? condition.anyOf.flat() : [];
}

function createDecision(
  key: string,
  { document, operation }: AskedOperation,
  fields: ReadonlyArray<ProtectedField>,
  unmet: ReadonlyArray<number>,
  requirements: Requirements,
): PolicyDecision {
  const missing = new Set(unmet);
  const errors = new Map(
    fields.flatMap(({ node, coordinate, conditions }) => {
      const kinds = conditions
        .filter((place) => missing.has(place))
        .map((place) => requirements.conditions[place]?.kind);
      return kinds.length === 0
        ? []
        : [[node, errorOf(coordinate, operation, kinds.includes('authenticated'))] as const];
    }),
  );
  return {
    key,
    document: withoutFields(document, operation, (node) => errors.has(node)),
    withheld: (node) => errors.get(node),
  };
}

function errorOf(coordinate: string, { operation }: OperationDefinitionNode, asNobody: boolean): FieldError {
  const deed = operation === OperationTypeNode.MUTATION ? 'use' : 'read';
  return {
    message: asNobody
      ? `Sign in to ${deed} ${coordinate}.`
      : `You may not ${deed} ${coordinate}; ask somebody who may.`,
    extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
  };
}
