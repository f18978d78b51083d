import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper/resolverMap.js';
import { isInterfaceType, isObjectType, Kind, parse, type GraphQLSchema } from 'graphql';
import { CurrencyCode } from './scalars/currency-code.js';
import { DateTime } from './scalars/date-time.js';
import { Decimal } from './scalars/decimal.js';
import { Json } from './scalars/json.js';

type FieldResolvers = Readonly<Record<string, unknown>>;
type ReferenceResolver = (...args: readonly unknown[]) => unknown;

const SCALARS = { DateTime, Decimal, CurrencyCode, JSON: Json } as const;

/**
 * Makes the executable schema of a subgraph. The shared scalars that the SDL names are added.
 *
 * @throws when a resolver is of a type or field that the SDL does not have: it would never be called
 */
export function createSubgraphSchema(sdl: string, resolvers: unknown): GraphQLSchema {
  const typeDefs = parse(sdl);
  const scalars = typeDefs.definitions.flatMap((definition) =>
    definition.kind === Kind.SCALAR_TYPE_DEFINITION ? [definition.name.value] : [],
  );
  const own = Object.entries(resolvers as Readonly<Record<string, FieldResolvers>>);
  const schema = buildSubgraphSchema([
    {
      typeDefs,
      resolvers: {
        ...Object.fromEntries(Object.entries(SCALARS).filter(([name]) => scalars.includes(name))),
        ...Object.fromEntries(own.map(([type, fields]) => [type, withReferencesApart(fields)])),
      } as GraphQLResolverMap<unknown>,
    },
  ]);
  const unfit = own.flatMap(([type, fields]) => unfitResolvers(schema, type, fields));
  if (unfit.length > 0) {
    throw new Error(`The schema has no ${unfit.join(', ')}, but there are resolvers for it.`);
  }
  return schema;
}

/** What one reference throws would otherwise fail all references of its request, as they are resolved in one loop. */
function withReferencesApart(fields: FieldResolvers): FieldResolvers {
  const resolve = fields['__resolveReference'] as ReferenceResolver | undefined;
  if (resolve === undefined) {
    return fields;
  }
  return {
    ...fields,
    __resolveReference: (...args: readonly unknown[]): unknown => {
      try {
        return resolve(...args);
      } catch (error) {
        return Promise.reject(error instanceof Error ? error : new Error(String(error)));
      }
    },
  };
}

function unfitResolvers(schema: GraphQLSchema, type: string, fields: FieldResolvers): string[] {
  const found = schema.getType(type);
  if (found === undefined) {
    return [type];
  }
  if (!isObjectType(found) && !isInterfaceType(found)) {
    return [];
  }
  const known = found.getFields();
  return Object.keys(fields)
    .filter((field) => !field.startsWith('__') && !Object.hasOwn(known, field))
    .map((field) => `${type}.${field}`);
}
