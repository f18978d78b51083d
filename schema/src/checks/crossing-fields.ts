import type { Subgraph } from '@apollo/federation-internals';
import {
  buildSubgraph,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from '@apollo/federation-internals';
import { parse } from 'graphql';
import type { SubgraphSource } from '../composition/compose-supergraph.js';
import type { Field, SharedEntity } from './shared-entities.js';
import { fieldsTypes, findSharedEntities, namedType, ownFields } from './shared-entities.js';

/** A field that crosses a service boundary and is not nullable. */
export interface NonNullCrossingField {
  readonly service: string;
  /** `Payment.user` */
  readonly coordinate: string;
  /** The type as it stands: `User!`. */
  readonly type: string;
  /** Why it crosses, in plain words. */
  readonly reason: string;
}

/**
 * Every field that crosses a service boundary must be nullable at the outermost type: otherwise one service
 * that is down, or one row that is gone, takes the answers of the others with it. This gives those that are
 * not, sorted.
 *
 * A service's field crosses when it is
 * 1. a field of `Query`, to which more than one service adds: one operation asks them all;
 * 2. a field of a shared entity (see `findSharedEntities`), in whichever service, and neither part of a key
 *    nor `@external`: others reach it by a reference, which may lead nowhere;
 * 3. a field that gives a shared entity which another service owns, or nobody: itself, in a list, or among
 *    the members of an interface or union. What the service gives is a reference, which may lead nowhere.
 * @param sources services that compose without an error
 */
export function findNonNullCrossingFields(
  sources: ReadonlyArray<SubgraphSource>,
): ReadonlyArray<NonNullCrossingField> {
  const subgraphs = sources.map(({ name, url, sdl }) => buildSubgraph(name, url, parse(sdl)));
  const entities = findSharedEntities(subgraphs);
  const queried = subgraphs.filter(
    (one) => ownFields(one, one.schema.schemaDefinition.rootType('query')).length > 0,
  );
  const found = subgraphs.flatMap((subgraph) =>
    fieldsTypes(subgraph)
      .flatMap((type) => ownFields(subgraph, type))
      .filter((field) => field.type !== undefined && isNonNullType(field.type))
      .flatMap((field) => {
        const reason =
          queried.length > 1 && isObjectType(field.parent) && field.parent.isQueryRootType()
            ? 'one operation asks the Query fields of several services'
            : whyItCrosses(field, subgraph, entities);
        return reason === undefined
          ? []
          : [{ service: subgraph.name, coordinate: field.coordinate, type: String(field.type), reason }];
      }),
  );
  const sortKey = ({ coordinate, service }: NonNullCrossingField): string => `${coordinate} ${service}`;
  return found.sort((left, right) => (sortKey(left) < sortKey(right) ? -1 : 1));
}

function whyItCrosses(
  field: Field,
  subgraph: Subgraph,
  entities: ReadonlyMap<string, SharedEntity>,
): string | undefined {
  const parent = entities.get(field.parent.name);
  if (parent && !parent.keyFields.has(field.name)) {
    return `other services reach a ${parent.name} by a reference, which may lead nowhere`;
  }
  const foreign = possibleTypeNames(field)
    .map((name) => entities.get(name))
    .find((entity) => entity !== undefined && entity.owner !== subgraph.name);
  if (!foreign) return undefined;
  return foreign.owner === undefined
    ? `it gives a ${foreign.name}, which several services define and none of them clearly owns (a service owns it that alone has a Query field which finds it by its key)`
    : `it gives a ${foreign.name}, which ${foreign.owner} owns`;
}

function possibleTypeNames(field: Field): ReadonlyArray<string> {
  const type = namedType(field);
  if (!type) return [];
  if (isUnionType(type)) return type.types().map(({ name }) => name);
  return isInterfaceType(type)
    ? [type.name, ...type.possibleRuntimeTypes().map(({ name }) => name)]
    : [type.name];
}
