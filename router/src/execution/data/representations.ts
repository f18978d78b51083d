import type { FetchDataRewrite, QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { FieldFailure } from './field-failure.js';
import { mergeInto } from './merge.js';
import { fulfils } from './object-type.js';
import { isObject, readOwn, writeOwn, type ResponseObject } from './response-object.js';
import { applyRewrites } from './rewrites.js';

/** What identifies one entity to a subgraph, as JSON, and where in the response its fields go. */
export interface Representation {
  readonly json: string;
  readonly targets: ReadonlyArray<ResponseObject>;
}

/** An object of the response that cannot be represented, since what that takes failed. */
export interface BlockedEntity {
  readonly target: ResponseObject;
  readonly failure: FieldFailure;
}

/** What the entities at a path come to. */
export interface RepresentedEntities {
  /** Each only once, however often its entity stands in the response. */
  readonly representations: ReadonlyArray<Representation>;
  readonly blocked: ReadonlyArray<BlockedEntity>;
  /** Failures in the place of which a subgraph was sent null. */
  readonly nulls: ReadonlyArray<FieldFailure>;
}

/** What a fetch needs of its entities. */
export interface Requirements {
  /** The supergraph's types, those that clients do not see included. */
  readonly schema: GraphQLSchema;
  readonly requires: ReadonlyArray<QueryPlanSelectionNode>;
  readonly inputRewrites: ReadonlyArray<FetchDataRewrite> | undefined;
}

/**
 * Makes the representations of entities. An entity of a type that the fetch does not ask about has none.
 *
 * @see https://www.apollographql.com/docs/graphos/reference/federation/subgraph-spec#union-_entity
 */
export function representEntities(
  requirements: Requirements,
  entities: ReadonlyArray<ResponseObject>,
): RepresentedEntities {
  const targetsByJson = new Map<string, ResponseObject[]>();
  const blocked: BlockedEntity[] = [];
  const nulls: FieldFailure[] = [];
  for (const entity of entities) {
    const { representation, failure } = represent(requirements, entity, nulls);
    if (representation !== undefined) {
      const json = JSON.stringify(representation);
      const targets = targetsByJson.get(json);
      if (targets === undefined) {
        targetsByJson.set(json, [entity]);
      } else {
        targets.push(entity);
      }
    } else if (failure !== undefined) {
      blocked.push({ target: entity, failure });
    }
  }
  return {
    representations: [...targetsByJson].map(([json, targets]) => ({ json, targets })),
    blocked,
    nulls,
  };
}

interface Represented {
  readonly representation?: ResponseObject;
  readonly failure?: FieldFailure | undefined;
}

function represent(
  { schema, requires, inputRewrites }: Requirements,
  entity: ResponseObject,
  nulls: FieldFailure[],
): Represented {
  let representation: ResponseObject | undefined;
  let failure: FieldFailure | undefined;
  for (const selection of requires) {
    if (selection.kind === 'InlineFragment' && applies(schema, selection.typeCondition, entity)) {
      const part = selectObject(schema, entity, selection.selections, nulls);
      if (part instanceof FieldFailure) {
        failure ??= part;
      } else if (part !== null && representation === undefined) {
        representation = part;
      } else if (part !== null && representation !== undefined) {
        mergeInto(representation, part);
      }
    }
  }
  if (typeof representation?.['__typename'] !== 'string') {
    return { failure };
  }
  applyRewrites(schema, inputRewrites, representation);
  return { representation };
}

/** Gives what is selected of an object: null when a part is not there, a failure when that part failed. */
function selectObject(
  schema: GraphQLSchema,
  object: ResponseObject,
  selections: ReadonlyArray<QueryPlanSelectionNode>,
  nulls: FieldFailure[],
): ResponseObject | FieldFailure | null {
  const selected: ResponseObject = {};
  for (const selection of selections) {
    if (selection.kind === 'Field') {
      const name = selection.alias ?? selection.name;
      const value = selectValue(schema, readOwn(object, name), selection.selections, nulls);
      if (value === undefined) {
        return null;
      }
      if (value instanceof FieldFailure) {
        return value;
      }
      writeOwn(selected, name, value);
    } else if (applies(schema, selection.typeCondition, object)) {
      const part = selectObject(schema, object, selection.selections, nulls);
      if (part instanceof FieldFailure) {
        return part;
      }
      mergeInto(selected, part ?? {});
    }
  }
  return selected;
}

function selectValue(
  schema: GraphQLSchema,
  value: unknown,
  selections: ReadonlyArray<QueryPlanSelectionNode> | undefined,
  nulls: FieldFailure[],
): unknown {
  if (value instanceof FieldFailure) {
    if (!value.delivered) {
      return value;
    }
    nulls.push(value);
    return null;
  }
  if (Array.isArray(value)) {
    const elements = value.map((element) => selectValue(schema, element, selections, nulls));
    return elements.find((element) => element instanceof FieldFailure) ?? elements;
  }
  return selections !== undefined && isObject(value) ? selectObject(schema, value, selections, nulls) : value;
}

function applies(schema: GraphQLSchema, condition: string | undefined, object: ResponseObject): boolean {
  const typename = readOwn(object, '__typename');
  return condition === undefined || (typeof typename === 'string' && fulfils(schema, typename, condition));
}
