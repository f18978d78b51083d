import type { DocumentNode, GraphQLNamedType, GraphQLSchema } from 'graphql';
import { getNamedType, isInputObjectType, TypeInfo, visit, visitWithTypeInfo } from 'graphql';

/**
 * What of a schema an operation touches: the names of the types that it selects from, gets or sends, and
 * `Type.field` for each field that it selects or, through its variables, may send.
 * What the schema does not have is left out.
 */
export function usedElements(schema: GraphQLSchema, document: DocumentNode): ReadonlySet<string> {
  const used = new Set<string>();
  const addInput = (type: GraphQLNamedType | undefined): void => {
    if (!type || used.has(type.name)) return;
    used.add(type.name);
    if (!isInputObjectType(type)) return;
    for (const field of Object.values(type.getFields())) {
      used.add(`${type.name}.${field.name}`);
      addInput(getNamedType(field.type));
    }
  };
  const typeInfo = new TypeInfo(schema);
  const visitor = visitWithTypeInfo(typeInfo, {
    Field(node) {
      const parent = typeInfo.getParentType();
      if (parent) used.add(parent.name).add(`${parent.name}.${node.name.value}`);
      const type = getNamedType(typeInfo.getType());
      if (type) used.add(type.name);
    },
    Argument() {
      addInput(getNamedType(typeInfo.getInputType() ?? undefined));
    },
    NamedType(node) {
      addInput(schema.getType(node.name.value));
    },
  });
  visit(document, visitor);
  return used;
}
