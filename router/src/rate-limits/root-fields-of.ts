import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

const known = new WeakMap<OperationDefinitionNode, ReadonlyArray<string>>();

/** Gives the names of the root fields that a valid operation asks for, whatever its aliases and fragments. */
export function rootFieldsOf(
  document: DocumentNode,
  operation: OperationDefinitionNode,
): ReadonlyArray<string> {
  let names = known.get(operation);
  if (names === undefined) {
    names = collect(document, operation);
    known.set(operation, names);
  }
  return names;
}

function collect(document: DocumentNode, operation: OperationDefinitionNode): ReadonlyArray<string> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition);
    }
  }
  const names = new Set<string>();
  const spread = new Set<string>();
  const look = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        names.add(selection.name.value);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        look(selection.selectionSet);
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        look(fragments.get(selection.name.value)?.selectionSet);
      }
    }
  };
  look(operation.selectionSet);
  return [...names];
}
