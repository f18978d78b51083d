import { isAbstractType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';

/** Tells whether an object of type `typename` fulfils a type condition of a plan. */
export function fulfils(schema: GraphQLSchema, typename: string, condition: string): boolean {
  if (typename === condition) {
    return true;
  }
  const type = schema.getType(typename);
  const wanted = schema.getType(condition);
  return (
    isAbstractType(wanted) && (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(wanted, type)
  );
}
