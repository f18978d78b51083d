import { FieldFailure } from '../data/field-failure.js';
import type { LeafText } from './leaf-text.js';
import { tellFailure, tellInvalid, tellMissing, type Position, type WriteValue } from './writing.js';

/** Writes `null` for what is null or failed. */
export function writeNullable(write: WriteValue): WriteValue {
  return (writing, value, key) => {
    if (value === null || value === undefined || !write(writing, value, key)) {
      writing.text += 'null';
    }
    return true;
  };
}

/** Tells of a null, which is left to what lies around. */
export function writeRequired(write: WriteValue, position: Position): WriteValue {
  return (writing, value, key) => {
    if (value === null || value === undefined) {
      tellMissing(writing, key, position.coordinate, undefined);
      return false;
    }
    return write(writing, value, key);
  };
}

/** Writes values of a scalar or an enum. */
export function writeLeaf(textOf: LeafText, position: Position): WriteValue {
  return (writing, value, key) => {
    const text = textOf(value);
    if (text !== undefined) {
      writing.text += text;
      return true;
    }
    if (value instanceof FieldFailure) {
      tellFailure(writing, value, key, position);
    } else {
      tellInvalid(writing, key, position.coordinate);
    }
    return false;
  };
}

/** Writes lists. A null that an element does not allow costs the list, but what else failed in it is told too. */
export function writeList(writeElement: WriteValue, position: Position): WriteValue {
  return (writing, value, key) => {
    if (!Array.isArray(value)) {
      if (value instanceof FieldFailure) {
        tellFailure(writing, value, key, position);
      } else {
        tellInvalid(writing, key, position.coordinate);
      }
      return false;
    }
    const before = writing.text;
    let whole = true;
    writing.path.push(key);
    writing.text += '[';
    for (let index = 0; index < value.length; index += 1) {
      if (index > 0) {
        writing.text += ',';
      }
      whole = writeElement(writing, value[index], index) && whole;
    }
    writing.text += ']';
    writing.path.pop();
    if (!whole) {
      writing.text = before;
    }
    return whole;
  };
}
