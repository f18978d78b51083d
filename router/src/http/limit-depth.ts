import { GraphQLError, Kind, type SelectionSetNode, type ValidationRule } from 'graphql';

/** Deeper than any page needs, and than introspection queries go. */
const MAXIMUM_DEPTH = 50;

/**
 * Refuses operations whose fields lie deeper than 50 levels, fragments followed: planning and merging them would
 * keep the process from everything else, and deep enough recursion ends in a full stack.
 */
export const limitDepth: ValidationRule = (context) => {
  const depths = new Map<string, number>();

  const depthOf = (set: SelectionSetNode | undefined, above: ReadonlySet<string>): number => {
    let deepest = 0;
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        deepest = Math.max(deepest, depthOfFragment(selection.name.value, above));
      } else {
        const own = selection.kind === Kind.FIELD ? 1 : 0;
        deepest = Math.max(deepest, own + depthOf(selection.selectionSet, above));
      }
    }
    return deepest;
  };
  const depthOfFragment = (name: string, above: ReadonlySet<string>): number => {
    const known = depths.get(name);
    // A cycle is another rule's to tell.
    if (known !== undefined || above.has(name)) {
      return known ?? 0;
    }
    const depth = depthOf(context.getFragment(name)?.selectionSet, new Set([...above, name]));
    depths.set(name, depth);
    return depth;
  };

  return {
    OperationDefinition(node) {
      if (depthOf(node.selectionSet, new Set()) > MAXIMUM_DEPTH) {
        const message = `The operation nests fields deeper than ${MAXIMUM_DEPTH} levels; ask in several operations.`;
        context.reportError(new GraphQLError(message, { nodes: node }));
      }
    },
  };
};
