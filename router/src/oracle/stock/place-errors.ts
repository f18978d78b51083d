import { fieldsOfEntity, type FetchedFields } from './fetched-fields.js';
import type { SubgraphError } from '../../failures/subgraph-error.js';

/** What one fetch asked for. */
export interface FetchTarget {
  readonly fields: FetchedFields;
  /** Undefined for a root fetch. */
  readonly representations: ReadonlyArray<unknown> | undefined;
  /** For each representation the index of the entity that it was made of. */
  readonly entityIndexes: ReadonlyArray<number>;
}

/**
 * Repeats one failure of a whole fetch for every field position that it costs, as errors whose paths the executor
 * turns into those of the client's response: `[field]` of a root fetch, `['_entities', index, field]` of another.
 */
export function spreadOverFields(error: SubgraphError, target: FetchTarget): ReadonlyArray<SubgraphError> {
  if (target.representations === undefined) {
    return target.fields.root.map((field) => ({ ...error, path: [field] }));
  }
  return target.representations.flatMap((_representation, index) => spreadOverEntity(error, index, target));
}

/**
 * Puts the errors of an answer where the executor expects them, and adds what the answer leaves unsaid:
 * - an error about an entity names the entity's index, where the answer names its representation's;
 * - one that names no field, while there is no data, stands for every field of the fetch;
 * - one that cost more than its own field, because `null` went up from it, stands for those fields too.
 */
export function placeErrors(
  errors: ReadonlyArray<SubgraphError>,
  data: Readonly<Record<string, unknown>> | null,
  target: FetchTarget,
): ReadonlyArray<SubgraphError> {
  return target.representations === undefined
    ? placeRootErrors(errors, data, target)
    : placeEntityErrors(errors, data, target);
}

function placeRootErrors(
  errors: ReadonlyArray<SubgraphError>,
  data: Readonly<Record<string, unknown>> | null,
  target: FetchTarget,
): ReadonlyArray<SubgraphError> {
  const [first] = errors;
  if (data !== null || first === undefined) {
    return errors;
  }
  const placed = errors.filter((error) => error.path !== undefined);
  const rest = spreadOverFields(first, target).filter(
    (lost) => !placed.some((error) => error.path?.[0] === lost.path?.[0]),
  );
  return [...placed, ...rest];
}

function placeEntityErrors(
  errors: ReadonlyArray<SubgraphError>,
  data: Readonly<Record<string, unknown>> | null,
  target: FetchTarget,
): ReadonlyArray<SubgraphError> {
  const unplaced = errors.filter(({ path }) => path?.[0] !== '_entities' || typeof path[1] !== 'number');
  const byIndex = new Map<unknown, ReadonlyArray<SubgraphError>>();
  for (const error of errors.filter((candidate) => !unplaced.includes(candidate))) {
    byIndex.set(error.path?.[1], [...(byIndex.get(error.path?.[1]) ?? []), error]);
  }
  const about = (index: number): ReadonlyArray<SubgraphError> => byIndex.get(index) ?? [];
  const entities = data?.['_entities'];
  const placed = (target.representations ?? []).flatMap((_representation, index) => {
    const own = about(index)
      .filter(({ path = [] }) => path.length > 2)
      .map((error) => moveToEntity(error, target));
    const delivered = Array.isArray(entities) && entities[index] !== null;
    const [reason] = delivered
      ? about(index).filter(({ path = [] }) => path.length === 2)
      : [...about(index), ...(data === null ? unplaced : [])];
    if (reason === undefined) {
      return own;
    }
    const lost = spreadOverEntity(reason, index, target);
    return [...own, ...lost.filter((error) => !own.some(({ path }) => path?.[2] === error.path?.[2]))];
  });
  return data === null ? placed : [...placed, ...unplaced.map(withoutPath)];
}

function spreadOverEntity(
  error: SubgraphError,
  index: number,
  target: FetchTarget,
): ReadonlyArray<SubgraphError> {
  const fields = fieldsOfEntity(target.fields, typenameOf(target.representations?.[index]));
  return fields.map((field) => ({
    ...error,
    path: ['_entities', target.entityIndexes[index] ?? index, field],
  }));
}

function moveToEntity(error: SubgraphError, target: FetchTarget): SubgraphError {
  const [, index, ...rest] = error.path ?? [];
  return { ...error, path: ['_entities', target.entityIndexes[Number(index)] ?? Number(index), ...rest] };
}

function withoutPath({ message, extensions }: SubgraphError): SubgraphError {
  return { message, extensions };
}

function typenameOf(representation: unknown): unknown {
  return (representation as { readonly __typename?: unknown } | null | undefined)?.__typename;
}
