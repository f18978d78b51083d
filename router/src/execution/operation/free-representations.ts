import { Kind, visit, type DocumentNode } from 'graphql';

/** The variable by which a fetch hands over its representations. */
export const REPRESENTATIONS = 'representations';

/** An operation whose variable has another name while it is planned. */
export interface RenamedVariable {
  readonly document: DocumentNode;
  /** What the client's variable `representations` is called in the document. */
  readonly name: string;
}

/**
 * Renames a client's variable `$representations`, which the planner would mix up with its own.
 *
 * @returns undefined when the document has none
 */
export function renameRepresentations(document: DocumentNode): RenamedVariable | undefined {
  const names = new Set<string>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      definition.variableDefinitions?.forEach(({ variable }) => names.add(variable.name.value));
    }
  }
  if (!names.has(REPRESENTATIONS)) {
    return undefined;
  }
  let name = `${REPRESENTATIONS}_`;
  while (names.has(name)) {
    name += '_';
  }
  return {
    name,
    document: visit(document, {
      Variable: (node) =>
        node.name.value === REPRESENTATIONS ? { ...node, name: { ...node.name, value: name } } : undefined,
    }),
  };
}
