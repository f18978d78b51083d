import {
  Kind,
  visit,
  type DocumentNode,
  type GraphQLError,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
} from 'graphql';
import type { Variables } from '../../failures/included.js';
import type { ExecutableNode } from '../plan/executable-plan.js';
import { applyConditions, applyLiteralConditions } from '../plan/apply-conditions.js';
import type { PlannedNames } from '../plan/free-names.js';
import type { Planner } from '../plan/planner.js';
import type { PolicyDecision } from '../policy.js';
import { fragmentsOf } from '../response/collect-fields.js';
import { compileResponse } from '../response/compile-response.js';
import type { WriteFields } from '../response/object-writers.js';
import { refuseNulls, variablesThatNeedValues } from './null-variables.js';
import { renameRepresentations, REPRESENTATIONS } from './free-representations.js';

/** Of one operation: each combination of what its `@skip` and `@include` leave in is compiled on its own. */
const KEPT_COMBINATIONS = 16;

/** An operation as far as it is the same for every request: its plans, and what writes its responses. */
export class PreparedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** How often it was asked for. */
  uses = 0;
  readonly #planner: Planner;
  readonly #decision: PolicyDecision | undefined;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #conditionNames: ReadonlyArray<string>;
  /** The operation as it is planned. */
  readonly #planned: DocumentNode;
  /** Whether each combination of conditions has a plan of its own. */
  readonly #isPlannedByConditions: boolean;
  readonly #plans = new Map<string, { readonly node: ExecutableNode | undefined }>();
  readonly #responses = new Map<string, WriteFields>();
  readonly #renamed: string | undefined;
  readonly #names: PlannedNames | undefined;
  #needed: ReadonlySet<string> | undefined;

  /** @throws GraphQLError when the operation cannot be planned */
  constructor(
    planner: Planner,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    decision: PolicyDecision | undefined,
  ) {
    this.#planner = planner;
    this.#decision = decision;
    this.document = document;
    this.operation = operation;
    this.#fragments = fragmentsOf(document);
    this.#conditionNames = conditionNamesOf(document);
    const allowed = applyLiteralConditions(decision?.document ?? document);
    this.#names = planner.freeNames(allowed);
    const named = this.#names?.document ?? allowed;
    const renamed = renameRepresentations(named);
    this.#renamed = renamed?.name;
    this.#planned = renamed?.document ?? named;
    this.#isPlannedByConditions = hasConditions(document) && !planner.plansConditions(named);
    // Without variables there is one combination, which is known already.
    if (this.#conditionNames.length === 0 || !this.#isPlannedByConditions) {
      this.planFor({});
    }
  }

  /**
   * Gives the plan for these values of the variables, which have their defaults.
   *
   * @returns undefined when there is nothing to fetch
   * @throws GraphQLError when the operation cannot be planned
   */
  planFor(coercedVariables: Variables): ExecutableNode | undefined {
    const key = this.#isPlannedByConditions ? this.#combinationOf(coercedVariables) : '';
    let plan = this.#plans.get(key);
    if (plan === undefined) {
      const document = this.#isPlannedByConditions
        ? applyConditions(this.#planned, this.variablesForPlan(coercedVariables))
        : this.#planned;
      plan = { node: this.#planner.plan(document, this.operation.name?.value) };
      keep(this.#plans, key, plan);
    }
    return plan.node;
  }

  /** Says what of these values is null and must not be; most requests have none, and are not looked at further. */
  refuseNulls(coercedVariables: Variables): ReadonlyArray<GraphQLError> {
    if (!Object.values(coercedVariables).includes(null)) {
      return [];
    }
    this.#needed ??= variablesThatNeedValues(this.#planner.schema, this.document);
    return refuseNulls(this.#needed, coercedVariables);
  }

  /** Gives variables as the plan names them. */
  variablesForPlan(variables: Variables): Variables {
    return this.#renamed !== undefined && Object.hasOwn(variables, REPRESENTATIONS)
      ? { ...variables, [this.#renamed]: variables[REPRESENTATIONS] }
      : variables;
  }

  /** Gives what writes the response for these values of the variables, which have their defaults. */
  responseFor(coercedVariables: Variables): WriteFields {
    const key = this.#combinationOf(coercedVariables);
    let response = this.#responses.get(key);
    if (response === undefined) {
      response = this.#compile(coercedVariables);
      keep(this.#responses, key, response);
    }
    return response;
  }

  #combinationOf(coercedVariables: Variables): string {
    return this.#conditionNames.map((name) => (coercedVariables[name] === true ? '1' : '0')).join('');
  }

  #compile(coercedVariables: Variables): WriteFields {
    const { schema } = this.#planner;
    const rootType = schema.getRootType(this.operation.operation);
    if (rootType === undefined || rootType === null) {
      throw new Error(`The supergraph has no ${this.operation.operation} type.`);
    }
    const conditions = Object.fromEntries(
      this.#conditionNames.map((name) => [name, coercedVariables[name] === true]),
    );
    return compileResponse(
      {
        schema,
        fragments: this.#fragments,
        conditions,
        variableDefinitions: this.operation.variableDefinitions ?? [],
        withheld: this.#decision?.withheld,
        names: this.#names,
      },
      rootType,
      this.operation.selectionSet,
    );
  }
}

/** Lets go of the oldest when there are too many. */
function keep<Value>(values: Map<string, Value>, key: string, value: Value): void {
  const [oldest] = values.keys();
  if (oldest !== undefined && values.size >= KEPT_COMBINATIONS) {
    values.delete(oldest);
  }
  values.set(key, value);
}

function hasConditions(document: DocumentNode): boolean {
  let has = false;
  visit(document, {
    Directive({ name }) {
      has ||= name.value === 'skip' || name.value === 'include';
    },
  });
  return has;
}

/** Names of the variables that `@skip` and `@include` depend on. */
function conditionNamesOf(document: DocumentNode): ReadonlyArray<string> {
  const names = new Set<string>();
  visit(document, {
    Directive(node) {
      const condition = node.arguments?.find(({ name }) => name.value === 'if')?.value;
      if (condition?.kind === Kind.VARIABLE) {
        names.add(condition.name.value);
      }
    },
  });
  return [...names];
}
