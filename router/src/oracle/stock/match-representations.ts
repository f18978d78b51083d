import type { ResponseObject } from './response-tree.js';

/**
 * Finds for each representation the entity that it was made of.
 *
 * The executor makes representations in the order of the entities and leaves some out, so each belongs to the
 * next entity that has all its values: an entity that has them would have been represented.
 *
 * @returns for each representation its entity's index; its own index where no entity fits
 */
export function matchRepresentations(
  representations: ReadonlyArray<unknown>,
  entities: ReadonlyArray<ResponseObject>,
): ReadonlyArray<number> {
  // A planner's rewrite can give a representation the name of an interface in place of its type's.
  return (
    match(representations, entities, true) ??
    match(representations, entities, false) ??
    representations.map((_, i) => i)
  );
}

function match(
  representations: ReadonlyArray<unknown>,
  entities: ReadonlyArray<ResponseObject>,
  withTypename: boolean,
): ReadonlyArray<number> | undefined {
  const indexes: number[] = [];
  let next = 0;
  for (const representation of representations) {
    while (next < entities.length && !contains(entities[next], representation, withTypename)) {
      next += 1;
    }
    if (next === entities.length) {
      return undefined;
    }
    indexes.push(next);
    next += 1;
  }
  return indexes;
}

function contains(whole: unknown, part: unknown, withTypename: boolean): boolean {
  if (Array.isArray(part)) {
    return (
      Array.isArray(whole) &&
      whole.length === part.length &&
      part.every((element, index) => contains(whole[index], element, withTypename))
    );
  }
  if (typeof part === 'object' && part !== null) {
    return (
      typeof whole === 'object' &&
      whole !== null &&
      Object.entries(part).every(
        ([key, value]) =>
          (key === '__typename' && !withTypename) ||
          contains((whole as ResponseObject)[key], value, withTypename),
      )
    );
  }
  return whole === part;
}
