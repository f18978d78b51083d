import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  Kind,
  specifiedScalarTypes,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
  type ASTNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { walkerFor, type InputWalker } from './input-coordinates.js';

/** What of the schema an operation uses. */
export interface OperationCoordinates {
  /** What every request for it uses: `Type`, `Type.field`, `Type.field(argument:)`, `Input.field`, `Enum.VALUE`. */
  readonly fixed: ReadonlyArray<string>;
  /** Variables whose values use more: objects and enum values. */
  readonly variables: ReadonlyArray<{ readonly name: string; readonly walk: InputWalker }>;
}

/**
 * Finds what of the schema a valid operation uses, in the notation of schema coordinates. What `@skip` and `@include`
 * leave out is used all the same: a client that sends the field breaks when it is gone.
 *
 * @see https://spec.graphql.org/draft/#sec-Schema-Coordinates
 */
export function coordinatesOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): OperationCoordinates {
  const fixed = new Set<string>();
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition);
    }
  }
  const visited = new Set<string>();
  const collect = (node: ASTNode): void => {
    const types = new TypeInfo(schema);
    const spread: FragmentDefinitionNode[] = [];
    visit(
      node,
      visitWithTypeInfo(types, {
        Field({ name }) {
          const parent = types.getParentType();
          const type = getNamedType(types.getType());
          if (parent && type) {
            fixed.add(parent.name).add(`${parent.name}.${name.value}`).add(type.name);
          }
        },
        Argument({ name }) {
          const parent = types.getParentType();
          const field = types.getFieldDef();
          if (types.getDirective() === null || types.getDirective() === undefined) {
            if (parent && field) {
              fixed.add(`${parent.name}.${field.name}(${name.value}:)`);
            }
          }
        },
        ObjectField({ name }) {
          const parent = getNamedType(types.getParentInputType());
          if (parent) {
            fixed.add(parent.name).add(`${parent.name}.${name.value}`);
          }
        },
        EnumValue({ value }) {
          const type = getNamedType(types.getInputType());
          if (isEnumType(type)) {
            fixed.add(type.name).add(`${type.name}.${value}`);
          }
        },
        NamedType({ name }) {
          fixed.add(name.value);
        },
        FragmentSpread({ name }) {
          const fragment = fragments.get(name.value);
          if (fragment !== undefined && !visited.has(name.value)) {
            visited.add(name.value);
            spread.push(fragment);
          }
        },
      }),
    );
    spread.forEach(collect);
  };
  collect(operation);
  for (const { name } of specifiedScalarTypes) {
    fixed.delete(name);
  }
  return { fixed: [...fixed], variables: variablesOf(schema, operation) };
}

function variablesOf(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
): OperationCoordinates['variables'] {
  return variableDefinitions.flatMap(({ variable, type: node }) => {
    const type = typeFromAST(schema, node as never) as GraphQLInputType | undefined;
    const named = getNamedType(type);
    return type !== undefined && (isInputObjectType(named) || isEnumType(named))
      ? [{ name: variable.name.value, walk: walkerFor(type) }]
      : [];
  });
}
