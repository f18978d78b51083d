import {
  getNullableType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type SelectionSetNode,
} from 'graphql';
import { asksByType, collectFields, selectionSetsOf, selectsBelow } from './collect-fields.js';
import { writeIntrospection, type IntrospectionSource } from './introspection.js';
import { leafTextOf } from './leaf-text.js';
import {
  refuseUnknownType,
  tellUnknownType,
  writeFields,
  writeObject,
  writeTypename,
  type FieldWriter,
  type FieldsOfType,
  type WriteFields,
} from './object-writers.js';
import { writeLeaf, writeList, writeNullable, writeRequired } from './value-writers.js';
import { tellFailure, type Position, type WriteValue } from './writing.js';
import { FieldFailure, type FieldError } from '../data/field-failure.js';
import type { PlannedNames } from '../plan/free-names.js';
import type { Withheld } from '../policy.js';

/** What the writer of a response is made from. */
export interface ResponseSource extends IntrospectionSource {
  /** Why a field may not be read, undefined when it may. */
  readonly withheld: Withheld | undefined;
  /** Undefined when the plan knows the client's fields by the client's names. */
  readonly names: Pick<PlannedNames, 'keyOf' | 'clientNameOf'> | undefined;
}

/**
 * Compiles an operation into what writes its response: in one pass it chooses what the client asked for, in the
 * order of the operation, checks each value against its type, carries nulls up to where they are allowed, and
 * writes the text. Types are compiled when an object of theirs is first met.
 *
 * @see https://spec.graphql.org/draft/#sec-Value-Completion
 */
export function compileResponse(
  source: ResponseSource,
  rootType: GraphQLCompositeType,
  selectionSet: SelectionSetNode,
): WriteFields {
  return compileFields(source, rootType, [selectionSet], true);
}

function compileFields(
  source: ResponseSource,
  type: GraphQLCompositeType,
  sets: ReadonlyArray<SelectionSetNode>,
  isRoot: boolean,
): WriteFields {
  const fields = [...collectFields(source, type.name, sets)];
  if (!isObjectType(type)) {
    const names = fields.filter(([, [node]]) => node?.name.value === '__typename').map(([name]) => name);
    if (names.length > 0) {
      return refuseUnknownType(type, names);
    }
  }
  const write = writeFields(
    fields.map(([name, nodes], index): FieldWriter => {
      const key = source.names?.keyOf(name, nodes[0]?.name.value ?? name) ?? name;
      return {
        name,
        key,
        start: `${index === 0 ? '' : ','}"${name}":`,
        isInherited: key in Object.prototype,
        write: compileField(source, type, nodes, isRoot),
      };
    }),
  );
  return isObjectType(type) || !asksByType(source, sets) ? write : tellUnknownType(type, write);
}

function compileField(
  source: ResponseSource,
  parent: GraphQLCompositeType,
  nodes: ReadonlyArray<FieldNode>,
  isRoot: boolean,
): WriteValue {
  const name = nodes[0]?.name.value ?? '';
  if (name === '__typename') {
    return writeTypename(parent.name);
  }
  if (isRoot && (name === '__schema' || name === '__type')) {
    return writeIntrospection(source, nodes);
  }
  const type = 'getFields' in parent ? parent.getFields()[name]?.type : undefined;
  if (type === undefined) {
    throw new Error(`The schema has no field ${parent.name}.${name}.`);
  }
  const coordinate = `${parent.name}.${name}`;
  if (source.withheld === undefined) {
    return compileValue(source, type, nodes, coordinate);
  }
  // The same field may be asked for by its interface, which withholds it, and by its type, which does not.
  const allowed = nodes.filter((node) => source.withheld?.(node) === undefined);
  const [first] = nodes;
  const error = first && source.withheld(first);
  return allowed.length > 0 || error === undefined
    ? compileValue(source, type, allowed, coordinate)
    : writeWithheld(error, { coordinate, required: isNonNullType(type), clientPath: () => [] });
}

function writeWithheld(error: FieldError, position: Position): WriteValue {
  const failure = new FieldFailure([{ error, below: [] }], false);
  return (writing, _value, key) => {
    tellFailure(writing, failure, key, position);
    writing.text += position.required ? '' : 'null';
    return !position.required;
  };
}

function compileValue(
  source: ResponseSource,
  declared: GraphQLOutputType,
  nodes: ReadonlyArray<FieldNode>,
  coordinate: string,
): WriteValue {
  const required = isNonNullType(declared);
  const position: Position = {
    coordinate,
    required,
    clientPath: (below) => clientPath(source, nodes, below),
  };
  const type = getNullableType(declared);
  let write: WriteValue;
  if (isListType(type)) {
    write = writeList(compileValue(source, type.ofType, nodes, coordinate), position);
  } else if (isLeafType(type)) {
    write = writeLeaf(leafTextOf(type), position);
  } else {
    write = writeObject(compileTypes(source, type, selectionSetsOf(nodes)), position);
  }
  return required ? writeRequired(write, position) : writeNullable(write);
}

/** Names a path below a field as the client does; empty when the client did not ask for what lies there. */
function clientPath(
  source: ResponseSource,
  nodes: ReadonlyArray<FieldNode>,
  below: ReadonlyArray<string | number>,
): ReadonlyArray<string | number> {
  const path = below.map((step) =>
    typeof step === 'string' ? (source.names?.clientNameOf(step) ?? step) : step,
  );
  return selectsBelow(source, nodes, path) ? path : [];
}

/**
 * Gives what writes the objects of a field. An interface counts for a type of its own: a subgraph that takes it for
 * an object knows no other name.
 */
function compileTypes(
  source: ResponseSource,
  declared: GraphQLCompositeType,
  sets: ReadonlyArray<SelectionSetNode>,
): FieldsOfType {
  if (!isAbstractType(declared)) {
    let write: WriteFields | undefined;
    return () => (write ??= compileFields(source, declared, sets, false));
  }
  const byName = new Map<string, WriteFields>();
  return (typename = declared.name) => {
    let write = byName.get(typename);
    if (write === undefined) {
      const type = source.schema.getType(typename);
      const fits =
        type === declared ||
        ((isObjectType(type) || isInterfaceType(type)) && source.schema.isSubType(declared, type));
      if (!fits || !isCompositeType(type)) {
        return undefined;
      }
      write = compileFields(source, type, sets, false);
      byName.set(typename, write);
    }
    return write;
  };
}
