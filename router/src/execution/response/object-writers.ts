import type { GraphQLCompositeType } from 'graphql';
import { FieldFailure } from '../data/field-failure.js';
import { failureOfType } from '../data/failure-marker.js';
import { isObject, readOwn, type ResponseObject } from '../data/response-object.js';
import { tellFailure, tellInvalid, type Position, type WriteValue, type Writing } from './writing.js';

/** Writes one field of an object. */
export interface FieldWriter {
  readonly name: string;
  /** Under which its value is in the data. */
  readonly key: string;
  /** `"name":`, with a comma before it from the second field on. */
  readonly start: string;
  /** Whether every object has something else under this key. */
  readonly isInherited: boolean;
  readonly write: WriteValue;
}

/** Writes the fields of an object; false when a null was met that costs the object. */
export type WriteFields = (writing: Writing, object: ResponseObject) => boolean;

/**
 * Writes objects of one type. What failed beside a null that costs the object is told too: otherwise it would hang
 * on the order of the fields which failures a client learns of.
 */
export function writeFields(fields: ReadonlyArray<FieldWriter>): WriteFields {
  return (writing, object) => {
    const before = writing.text;
    let whole = true;
    writing.text += '{';
    for (const { name, key, start, isInherited, write } of fields) {
      writing.text += start;
      const value = isInherited ? readOwn(object, key) : object[key];
      whole = write(writing, value, name) && whole;
    }
    writing.text += '}';
    if (!whole) {
      writing.text = before;
    }
    return whole;
  };
}

/** What an object's type comes to: a way to write it, or undefined when no such object may stand here. */
export type FieldsOfType = (typename: string | undefined) => WriteFields | undefined;

/** Writes objects, each by its type. */
export function writeObject(fieldsOfType: FieldsOfType, position: Position): WriteValue {
  return (writing, value, key) => {
    if (!isObject(value) || value instanceof FieldFailure) {
      if (value instanceof FieldFailure) {
        tellFailure(writing, value, key, position);
      } else {
        tellInvalid(writing, key, position.coordinate);
      }
      return false;
    }
    const { __typename: typename } = value;
    const write = fieldsOfType(typeof typename === 'string' ? typename : undefined);
    if (write === undefined) {
      tellInvalid(writing, key, position.coordinate);
      return false;
    }
    writing.path.push(key);
    const whole = write(writing, value);
    writing.path.pop();
    return whole;
  };
}

/** Writes `__typename` of an object whose type is known. */
export function writeTypename(typename: string): WriteValue {
  const text = `"${typename}"`;
  return (writing) => {
    writing.text += text;
    return true;
  };
}

function typePosition(type: GraphQLCompositeType): Position {
  return { coordinate: `${type.name}.__typename`, required: true, clientPath: () => [] };
}

/** Tells why the type of an object is not known, where fields were asked for that only some types have. */
export function tellUnknownType(type: GraphQLCompositeType, write: WriteFields): WriteFields {
  const position = typePosition(type);
  return (writing, object) => {
    const failure = failureOfType(object);
    const key = writing.path.pop();
    if (key !== undefined) {
      if (failure !== undefined) {
        tellFailure(writing, failure, key, position);
      }
      writing.path.push(key);
    }
    return write(writing, object);
  };
}

/**
 * Refuses objects of which only the name of their interface is known, where their type was asked for: the subgraph
 * that takes the interface for an object answered, and the one that knows the type did not.
 *
 * @param names the response names under which the type was asked for
 */
export function refuseUnknownType(type: GraphQLCompositeType, names: ReadonlyArray<string>): WriteFields {
  const position = typePosition(type);
  return (writing, object) => {
    const failure = failureOfType(object) ?? new FieldFailure([], false);
    names.forEach((name) => tellFailure(writing, failure, name, position));
    return false;
  };
}
