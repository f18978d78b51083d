import { Kind, visit, type DocumentNode } from 'graphql';

/** Gives how deep lists and objects nest in a document's literals, and lists in the types of its variables. */
export function measureLiterals(document: DocumentNode): number {
  let deepest = 0;
  let level = 0;
  const enter = (): void => {
    level += 1;
    deepest = Math.max(deepest, level);
  };
  const leave = (): void => {
    level -= 1;
  };
  // It keeps a stack of its own, so that no depth is too deep for it.
  visit(document, {
    [Kind.LIST]: { enter, leave },
    [Kind.OBJECT]: { enter, leave },
    [Kind.LIST_TYPE]: { enter, leave },
  });
  return deepest;
}
