import {
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { isIncluded, type Variables } from '../../failures/included.js';
import { fulfils } from '../data/object-type.js';

/** An operation with what it takes to collect its fields: its fragments, and which of them are left in. */
export interface FieldSource {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Values of the variables that `@skip` and `@include` depend on. */
  readonly conditions: Variables;
}

/**
 * Collects the fields of selection sets for an object of a type by response name, in the order of the response.
 *
 * @param typename undefined to take every type condition for fulfilled
 * @see https://spec.graphql.org/draft/#CollectFields()
 */
export function collectFields(
  source: FieldSource,
  typename: string | undefined,
  sets: ReadonlyArray<SelectionSetNode>,
): ReadonlyMap<string, ReadonlyArray<FieldNode>> {
  const fields = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  const applies = (condition: string | undefined): boolean =>
    condition === undefined || typename === undefined || fulfils(source.schema, typename, condition);
  const collect = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (!isIncluded(selection, source.conditions)) {
        continue;
      }
      if (selection.kind === Kind.FIELD) {
        const name = selection.alias?.value ?? selection.name.value;
        const nodes = fields.get(name);
        if (nodes === undefined) {
          fields.set(name, [selection]);
        } else {
          nodes.push(selection);
        }
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (applies(selection.typeCondition?.name.value)) {
          collect(selection.selectionSet);
        }
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = source.fragments.get(selection.name.value);
        if (fragment !== undefined && applies(fragment.typeCondition.name.value)) {
          collect(fragment.selectionSet);
        }
      }
    }
  };
  sets.forEach(collect);
  return fields;
}

/** Tells whether what is selected of an object depends on its type. */
export function asksByType(source: FieldSource, sets: ReadonlyArray<SelectionSetNode>): boolean {
  return sets.some(({ selections }) =>
    selections.some((selection) => {
      if (selection.kind === Kind.FIELD || !isIncluded(selection, source.conditions)) {
        return false;
      }
      const fragment =
        selection.kind === Kind.FRAGMENT_SPREAD ? source.fragments.get(selection.name.value) : selection;
      const condition = fragment?.typeCondition?.name.value;
      return (
        (condition !== undefined && isObjectType(source.schema.getType(condition))) ||
        (fragment !== undefined && asksByType(source, [fragment.selectionSet]))
      );
    }),
  );
}

/** Gives the fragments of a document by name. */
export function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  return new Map(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
}

/** Gives the selection sets below fields. */
export function selectionSetsOf(nodes: ReadonlyArray<FieldNode>): ReadonlyArray<SelectionSetNode> {
  return nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
}

/** Tells whether fields ask for what lies at a path below them, whatever types its objects have. */
export function selectsBelow(
  source: FieldSource,
  nodes: ReadonlyArray<FieldNode>,
  path: ReadonlyArray<string | number>,
): boolean {
  let sets = selectionSetsOf(nodes);
  for (const step of path) {
    if (typeof step === 'string') {
      const below = collectFields(source, undefined, sets).get(step);
      if (below === undefined) {
        return false;
      }
      sets = selectionSetsOf(below);
    }
  }
  return true;
}
