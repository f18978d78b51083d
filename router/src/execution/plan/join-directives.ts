import {
  isInterfaceType,
  isObjectType,
  Kind,
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** The objects and interfaces of a schema. */
export function objectTypesOf(
  schema: GraphQLSchema,
): ReadonlyArray<GraphQLObjectType | GraphQLInterfaceType> {
  return Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) || isInterfaceType(type));
}

/** The fields of a type. */
export function fieldsOf(
  type: GraphQLObjectType | GraphQLInterfaceType,
): ReadonlyArray<GraphQLField<unknown, unknown>> {
  return Object.values(type.getFields());
}

/**
 * Gives the texts of an argument in what a supergraph says of a type or a field, such as of `requires` in
 * `@join__field`.
 *
 * @see https://specs.apollo.dev/join/v0.3/
 */
export function joinArguments(
  element:
    | Pick<GraphQLObjectType | GraphQLInterfaceType, 'astNode' | 'extensionASTNodes'>
    | GraphQLField<unknown, unknown>,
  directiveName: string,
  argumentName: string,
): ReadonlyArray<string> {
  const nodes = [element.astNode, ...('extensionASTNodes' in element ? element.extensionASTNodes : [])];
  const directives = nodes.flatMap((node): ReadonlyArray<ConstDirectiveNode> => node?.directives ?? []);
  return directives
    .filter(({ name }) => name.value === directiveName)
    .flatMap((directive) => directive.arguments ?? [])
    .flatMap(({ name, value }) =>
      name.value === argumentName && value.kind === Kind.STRING ? [value.value] : [],
    );
}
