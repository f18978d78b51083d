import { Kind, visit, type DocumentNode, type SelectionNode, type SelectionSetNode } from 'graphql';

/**
 * Adds `__typename` to selections of which `@skip` and `@include` may leave nothing. The planner would fetch nothing
 * for such an object and could not tell it from null, where an empty object is asked for.
 */
export function keepObjects(document: DocumentNode): DocumentNode {
  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition.selectionSet);
    }
  }
  const mayBeEmpty = (set: SelectionSetNode | undefined): boolean =>
    set === undefined || set.selections.every(mayBeLeftOut);
  const mayBeLeftOut = (selection: SelectionNode): boolean => {
    if (
      selection.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include') === true
    ) {
      return true;
    }
    switch (selection.kind) {
      case Kind.FIELD:
        return false;
      case Kind.INLINE_FRAGMENT:
        return mayBeEmpty(selection.selectionSet);
      case Kind.FRAGMENT_SPREAD:
        return mayBeEmpty(fragments.get(selection.name.value));
    }
  };
  return visit(document, {
    Field(node) {
      return node.selectionSet !== undefined && mayBeEmpty(node.selectionSet)
        ? {
            ...node,
            selectionSet: {
              ...node.selectionSet,
              selections: [...node.selectionSet.selections, TYPENAME],
            },
          }
        : undefined;
    },
  });
}

const TYPENAME: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
