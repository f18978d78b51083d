import {
  GraphQLError,
  isNonNullType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import type { Variables } from '../../failures/included.js';

/**
 * Finds the variables that stand where null is not allowed. Validation lets one through whose type allows null when it,
 * or its place, has a default; a client may still send null.
 *
 * @returns their names
 * @see https://spec.graphql.org/October2021/#sec-All-Variable-Usages-are-Allowed
 */
export function variablesThatNeedValues(schema: GraphQLSchema, document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      VariableDefinition: () => false,
      Variable({ name }) {
        if (isNonNullType(types.getInputType())) {
          names.add(name.value);
        }
      },
    }),
  );
  return names;
}

/** Says which of them are null; the whole request is refused, as it is for other wrong variables. */
export function refuseNulls(needed: ReadonlySet<string>, variables: Variables): ReadonlyArray<GraphQLError> {
  return [...needed]
    .filter((name) => variables[name] === null)
    .map(
      (name) =>
        new GraphQLError(
          `Variable "$${name}" must not be null: it stands where null is not allowed; leave it out or give a value.`,
          { extensions: { code: 'BAD_USER_INPUT' } },
        ),
    );
}
