import {
  Kind,
  getNamedType,
  isAbstractType,
  isCompositeType,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { isIncluded, type Variables } from '../../failures/included.js';

/** What a client asked for, as far as it takes to walk over its operation. */
export interface AskedOperation {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Variables;
}

/**
 * Collects the fields of selection sets by response name; several nodes when a field is asked for more than once.
 *
 * @param typename the type of the object, undefined to take every type condition for met
 * @see https://spec.graphql.org/draft/#CollectFields()
 */
export function selectedFields(
  operation: AskedOperation,
  sets: ReadonlyArray<SelectionSetNode>,
  typename: string | undefined,
): ReadonlyMap<string, ReadonlyArray<FieldNode>> {
  const fields = new Map<string, FieldNode[]>();
  const collect = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (!isIncluded(selection, operation.variables)) {
        continue;
      }
      if (selection.kind === Kind.FIELD) {
        const name = selection.alias?.value ?? selection.name.value;
        fields.set(name, [...(fields.get(name) ?? []), selection]);
        continue;
      }
      const fragment =
        selection.kind === Kind.FRAGMENT_SPREAD ? operation.fragments.get(selection.name.value) : selection;
      if (fragment !== undefined && applies(operation.schema, fragment.typeCondition?.name.value, typename)) {
        collect(fragment.selectionSet);
      }
    }
  };
  sets.forEach(collect);
  return fields;
}

/** Tells whether a client's operation asks for the position of this path, whatever types its objects have. */
export function isSelected(
  operation: AskedOperation,
  root: SelectionSetNode,
  path: ReadonlyArray<string | number>,
): boolean {
  let sets: ReadonlyArray<SelectionSetNode> = [root];
  for (const step of path) {
    if (typeof step === 'string') {
      const nodes = selectedFields(operation, sets, undefined).get(step);
      if (nodes === undefined) {
        return false;
      }
      sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    }
  }
  return true;
}

/** Gives the type of an object: what it says of itself, else what its field says. */
export function typeOfObject(
  schema: GraphQLSchema,
  typename: unknown,
  declared: unknown,
): GraphQLCompositeType | undefined {
  const own = typeof typename === 'string' ? schema.getType(typename) : undefined;
  const type = own ?? getNamedType(declared as Parameters<typeof getNamedType>[0]);
  return isCompositeType(type) ? type : undefined;
}

function applies(
  schema: GraphQLSchema,
  condition: string | undefined,
  typename: string | undefined,
): boolean {
  if (condition === undefined || typename === undefined || condition === typename) {
    return true;
  }
  const abstract = schema.getType(condition);
  const own = schema.getType(typename);
  return (
    isAbstractType(abstract) &&
    own !== undefined &&
    'getFields' in own &&
    schema.isSubType(abstract, own as never)
  );
}
