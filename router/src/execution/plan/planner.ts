import { operationFromDocument } from '@apollo/federation-internals';
import type { QueryPlan, QueryPlanner } from '@apollo/query-planner';
import type { GraphQLSchema, DocumentNode } from 'graphql';
import { createPlansConditions, type PlansConditions } from './apply-conditions.js';
import { createFreeNames, type FreeNames } from './free-names.js';
import { keepObjects } from './keep-objects.js';
import { toExecutable, type ExecutableNode } from './executable-plan.js';

/** Plans operations over one version of the supergraph. */
export interface Planner {
  /** What clients see of the supergraph. */
  readonly schema: GraphQLSchema;
  /** All of it: what is kept from clients is sent between subgraphs all the same. */
  readonly supergraphSchema: GraphQLSchema;
  /** Finds names that an operation's fields can have in its plan. */
  readonly freeNames: FreeNames;
  readonly plansConditions: PlansConditions;
  /**
   * Plans an operation that is valid on `schema` and has such names.
   *
   * @returns undefined when there is nothing to fetch
   * @throws GraphQLError when the operation is too large to be planned
   */
  plan(document: DocumentNode, operationName: string | undefined): ExecutableNode | undefined;
}

/**
 * Plans an operation with Apollo's planner, around what that one is known to get wrong.
 *
 * @throws GraphQLError when the operation is too large to be planned
 */
export type PlanQuery = (document: DocumentNode, operationName: string | undefined) => QueryPlan;

/** Makes what plans over a supergraph. */
export function createPlanQuery(queryPlanner: QueryPlanner): PlanQuery {
  const apiSchema = queryPlanner.supergraph.apiSchema();
  return (document, operationName) => {
    const options = operationName === undefined ? {} : { operationName };
    return queryPlanner.buildQueryPlan(operationFromDocument(apiSchema, keepObjects(document), options));
  };
}

/** Makes a planner of Apollo's. Planning is synchronous: it keeps the process from everything else meanwhile. */
export function createPlanner(queryPlanner: QueryPlanner, schema: GraphQLSchema): Planner {
  const { supergraph } = queryPlanner;
  const planQuery = createPlanQuery(queryPlanner);
  const supergraphSchema = supergraph.schema.toGraphQLJSSchema();
  return {
    schema,
    supergraphSchema,
    freeNames: createFreeNames(supergraphSchema),
    plansConditions: createPlansConditions(supergraphSchema),
    plan: (document, operationName) => toExecutable(planQuery(document, operationName)),
  };
}
