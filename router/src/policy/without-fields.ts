import {
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf } from '../execution/response/collect-fields.js';

/**
 * Gives an operation without some of its fields, in a document of its own with the fragments that it still uses. An
 * object of which nothing is left is still asked for: whether it is there is nobody's secret.
 */
export function withoutFields(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  isWithheld: (node: FieldNode) => boolean,
): DocumentNode {
  const originals = fragmentsOf(document);
  /** Undefined for those of which nothing is left. */
  const fragments = new Map<string, FragmentDefinitionNode | undefined>();
  const fragmentOf = (name: string): FragmentDefinitionNode | undefined => {
    const original = originals.get(name);
    if (!fragments.has(name) && original !== undefined) {
      const selectionSet = reduce(original.selectionSet);
      fragments.set(name, selectionSet.selections.length === 0 ? undefined : { ...original, selectionSet });
    }
    return fragments.get(name);
  };
  const reduceSelection = (selection: SelectionNode): ReadonlyArray<SelectionNode> => {
    switch (selection.kind) {
      case Kind.FIELD:
        if (isWithheld(selection)) {
          return [];
        }
        return selection.selectionSet === undefined
          ? [selection]
          : [{ ...selection, selectionSet: orTypename(reduce(selection.selectionSet)) }];
      case Kind.INLINE_FRAGMENT: {
        const selectionSet = reduce(selection.selectionSet);
        return selectionSet.selections.length === 0 ? [] : [{ ...selection, selectionSet }];
      }
      case Kind.FRAGMENT_SPREAD:
        return fragmentOf(selection.name.value) === undefined ? [] : [selection];
    }
  };
  const reduce = (set: SelectionSetNode): SelectionSetNode => ({
    ...set,
    selections: set.selections.flatMap(reduceSelection),
  });
  const reduced = { ...operation, selectionSet: orTypename(reduce(operation.selectionSet)) };
  return {
    kind: Kind.DOCUMENT,
    definitions: [reduced, ...[...fragments.values()].flatMap((fragment) => fragment ?? [])],
  };
}

function orTypename(set: SelectionSetNode): SelectionSetNode {
  return set.selections.length > 0 ? set : { ...set, selections: [TYPENAME] };
}

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
