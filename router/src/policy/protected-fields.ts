import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf } from '../execution/response/collect-fields.js';
import type { Requirements } from './requirements.js';

/** A field of an operation that requires something. */
export interface ProtectedField {
  readonly node: FieldNode;
  /** Such as `User.email`, with the type that the operation names. */
  readonly coordinate: string;
  readonly conditions: ReadonlyArray<number>;
}

/**
 * Finds the fields of a valid operation that require something of whoever asks, in its fragments too. Each selection
 * has one type, that of the field or fragment around it, whatever objects it will meet: so each is judged once.
 */
export function findProtectedFields(
  schema: GraphQLSchema,
  requirements: Requirements,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): ReadonlyArray<ProtectedField> {
  const fragments = fragmentsOf(document);
  const visited = new Set<string>();
  const found: ProtectedField[] = [];
  const look = (type: GraphQLCompositeType, set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        lookAt(type, selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        look(typeNamed(selection.typeCondition?.name.value) ?? type, selection.selectionSet);
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        const condition = typeNamed(fragment?.typeCondition.name.value);
        if (fragment !== undefined && condition !== undefined) {
          look(condition, fragment.selectionSet);
        }
      }
    }
  };
  const lookAt = (type: GraphQLCompositeType, node: FieldNode): void => {
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
    if (field === undefined) {
      // `__typename` and the fields about the schema tell of no data.
      return;
    }
    const conditions = requirements.ofField(type.name, field.name);
    if (conditions.length > 0) {
      found.push({ node, coordinate: `${type.name}.${field.name}`, conditions });
    }
    const below = getNamedType(field.type);
    if (node.selectionSet !== undefined && isCompositeType(below)) {
      look(below, node.selectionSet);
    }
  };
  const typeNamed = (name: string | undefined): GraphQLCompositeType | undefined => {
    const type = name === undefined ? undefined : schema.getType(name);
    return isCompositeType(type) ? type : undefined;
  };
  const root = schema.getRootType(operation.operation);
  if (root !== undefined && root !== null) {
    look(root, operation.selectionSet);
  }
  return found;
}
