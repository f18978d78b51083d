import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isEnumType,
  type GraphQLEnumType,
  type GraphQLLeafType,
} from 'graphql';
import { FieldFailure } from '../data/field-failure.js';
import { quote } from './quote.js';

/** Writes a value that is not null as JSON; undefined when it is not of the type. */
export type LeafText = (value: unknown) => string | undefined;

/**
 * Gives what writes values of a scalar or an enum. Values are taken as their type's result coercion allows, so that
 * a whole number is an ID and is written as a text.
 *
 * @see https://spec.graphql.org/draft/#sec-Scalars.Built-in-Scalars
 */
export function leafTextOf(type: GraphQLLeafType): LeafText {
  if (isEnumType(type)) {
    return enumText(type);
  }
  switch (type.name) {
    case GraphQLString.name:
      return (value) => (typeof value === 'string' ? quote(value) : undefined);
    case GraphQLID.name:
      return (value) =>
        typeof value === 'string'
          ? quote(value)
          : Number.isSafeInteger(value)
            ? `"${String(value)}"`
            : undefined;
    case GraphQLInt.name:
      return (value) => (isInt(value) ? `${value}` : undefined);
    case GraphQLFloat.name:
      return (value) => (typeof value === 'number' && Number.isFinite(value) ? `${value}` : undefined);
    case GraphQLBoolean.name:
      return (value) => (value === true ? 'true' : value === false ? 'false' : undefined);
    default:
      return jsonText;
  }
}

function isInt(value: unknown): value is number {
  return typeof value === 'number' && (value | 0) === value;
}

function enumText(type: GraphQLEnumType): LeafText {
  const texts = new Map(type.getValues().map(({ name }) => [name, `"${name}"`]));
  return (value) => (typeof value === 'string' ? texts.get(value) : undefined);
}

/** Any JSON counts for a custom scalar, but what was too large a number to be read would turn into null. */
function jsonText(value: unknown): string | undefined {
  if (typeof value === 'string') {
    return quote(value);
  }
  return !(value instanceof FieldFailure) && isFiniteJson(value) ? JSON.stringify(value) : undefined;
}

function isFiniteJson(value: unknown): boolean {
  if (typeof value === 'number') {
    return Number.isFinite(value);
  }
  return typeof value !== 'object' || value === null || Object.values(value).every(isFiniteJson);
}
