import type { FetchDataRewrite } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { FieldFailure } from './field-failure.js';
import { fulfils } from './object-type.js';
import { isObject, readOwn, writeOwn, type ResponseObject } from './response-object.js';

const CONDITION = '... on ';

/**
 * Changes data as a plan says: sets values in what is sent, such as the name of an interface in the place of an
 * object's type, and gives keys in what was received back the names that the client chose.
 */
export function applyRewrites(
  schema: GraphQLSchema,
  rewrites: ReadonlyArray<FetchDataRewrite> | undefined,
  data: ResponseObject,
): void {
  if (rewrites === undefined) {
    return;
  }
  for (const rewrite of rewrites) {
    applyAt(schema, data, rewrite, 0);
  }
}

function applyAt(schema: GraphQLSchema, value: unknown, rewrite: FetchDataRewrite, depth: number): void {
  if (Array.isArray(value)) {
    for (const element of value) {
      applyAt(schema, element, rewrite, depth);
    }
    return;
  }
  const step = rewrite.path[depth];
  if (!isObject(value) || value instanceof FieldFailure || step === undefined) {
    return;
  }
  if (step.startsWith(CONDITION)) {
    const typename = readOwn(value, '__typename');
    // Subgraphs are not asked for every object's type; where the plan leaves it open, the path alone decides.
    if (typeof typename !== 'string' || fulfils(schema, typename, step.slice(CONDITION.length))) {
      applyAt(schema, value, rewrite, depth + 1);
    }
  } else if (depth < rewrite.path.length - 1) {
    applyAt(schema, readOwn(value, step), rewrite, depth + 1);
  } else if (rewrite.kind === 'ValueSetter') {
    writeOwn(value, step, rewrite.setValueTo);
  } else {
    rename(value, step, rewrite.renameKeyTo);
  }
}

function rename(object: ResponseObject, from: string, to: string): void {
  if (Object.hasOwn(object, from)) {
    writeOwn(object, to, object[from]);
    delete object[from];
  }
}

/** The names that a plan's renames give to aliases of its own. */
export function renamedKeys(
  rewrites: ReadonlyArray<FetchDataRewrite> | undefined,
): ReadonlyMap<string | number, string> {
  return new Map(
    (rewrites ?? []).flatMap((rewrite): Array<[string, string]> => {
      const last = rewrite.path.at(-1);
      return rewrite.kind === 'KeyRenamer' && last !== undefined ? [[last, rewrite.renameKeyTo]] : [];
    }),
  );
}
