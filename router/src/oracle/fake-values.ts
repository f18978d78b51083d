import {
  GraphQLError,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import type { FakeObject } from './fake-object.js';
import { happens, hash } from './hash.js';
import type { LearnedSchemas } from './learned-schemas.js';

/** How often what goes wrong, as probabilities. */
export interface Faults {
  /** A field that may be null is. */
  readonly nulls: number;
  /** A field fails. */
  readonly errors: number;
  /** A subgraph does not know an entity. */
  readonly missing: number;
  /** A subgraph fails for an entity. */
  readonly failingReferences: number;
  /** A subgraph gives no answer to a fetch. */
  readonly down: number;
}

/** How many entities there are of a type. */
const ENTITIES = 5;
const TEXTS = [
  'plain',
  'with "quotes" \\ and\nlines',
  'ünïcode ✓ 😀',
  '',
  '\u2028',
  'x'.repeat(200),
  '\ud800 alone',
];

/** A value for the key field of the entity with this identity: every key value ends in it. */
export function fakeKeyValue(identity: string, field: string, type: GraphQLOutputType): unknown {
  if (!isNonNullType(type) && Number(identity) === 0) {
    return null;
  }
  const named = isNonNullType(type) ? type.ofType : type;
  if (isObjectType(named)) {
    return { __typename: named.name, identity } satisfies FakeObject;
  }
  return isScalarType(named) && named.name === 'Int' ? Number(identity) : `${field}-${identity}`;
}

/** A value of a field that follows from the place alone. */
export function fakeValue(
  learned: LearnedSchemas,
  subgraph: string,
  coordinate: string,
  type: GraphQLOutputType,
  schema: GraphQLSchema,
  place: string,
  faults: Faults,
): unknown {
  if (isNonNullType(type)) {
    return fakeValue(learned, subgraph, coordinate, type.ofType, schema, place, { ...faults, nulls: 0 });
  }
  if (happens(`${place}|null`, faults.nulls)) {
    return null;
  }
  if (isListType(type)) {
    return Array.from({ length: hash(`${place}|length`) % 4 }, (_, index) => {
      const element = `${place}|${index}`;
      if (happens(`${element}|error`, faults.errors / 4)) {
        return new GraphQLError(`failed: ${coordinate} ${index}`, { extensions: { code: 'FORBIDDEN' } });
      }
      return fakeValue(learned, subgraph, coordinate, type.ofType, schema, element, faults);
    });
  }
  if (isEnumType(type)) {
    const values = type.getValues();
    return values[hash(place) % values.length]?.value;
  }
  if (isScalarType(type)) {
    return scalar(type.name, hash(place));
  }
  const typename = isAbstractType(type)
    ? chosen(learned.possibleTypes(subgraph, coordinate, type.name), place, type.name)
    : type.name;
  if (!learned.isEntity(typename)) {
    return { __typename: typename, identity: place } satisfies FakeObject;
  }
  const members = learned.membersOfFamily(typename);
  const index = members.indexOf(typename);
  const number = hash(`${place}|entity`) % ENTITIES;
  // Of a family every entity's number says its type.
  const identity = index < 0 ? number : number * members.length + index;
  return { __typename: typename, identity: String(identity) } satisfies FakeObject;
}

function chosen(types: ReadonlyArray<string>, place: string, otherwise: string): string {
  return types[hash(`${place}|type`) % types.length] ?? otherwise;
}

function scalar(name: string, number: number): unknown {
  switch (name) {
    case 'Int':
      return number % 1_000;
    case 'Float':
      return number % 3 === 0 ? 0 : number / 7;
    case 'Boolean':
      return number % 2 === 0;
    case 'ID':
      return `id-${number % 100}`;
    case 'String':
      return number % 4 === 0 ? TEXTS[number % TEXTS.length] : `text ${number % 1_000}`;
    default:
      return number % 3 === 0 ? { a: [number % 10, null, { b: 'c' }] } : `scalar ${number % 100}`;
  }
}
