import {
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { joinArguments } from '../execution/plan/join-directives.js';
import { readAccessDirectives, type DeclaredConditions } from './access-directives.js';
import type { Condition } from './condition.js';

/** What the fields of a supergraph require of whoever asks for them. */
export interface Requirements {
  /** Every condition that occurs, each once; elsewhere they go by their place in this list. */
  readonly conditions: ReadonlyArray<Condition>;
  /** The conditions, all of which must be met by whoever asks for a field of a type; empty when it is free. */
  readonly ofField: (typename: string, fieldName: string) => ReadonlyArray<number>;
}

type FieldsType = GraphQLObjectType | GraphQLInterfaceType;

/**
 * Works out what each field requires: what it says itself, what its parent type says, and what the type of its value
 * says. On top:
 *
 * - A field of an interface requires what it does on every type that implements the interface, since any of them may
 *   stand behind it. Composition writes that into the supergraph from 2.12 on; older ones leave it out.
 * - A field with `@requires` requires what the fields do that it is computed from: its value could tell theirs.
 *   Composition refuses a supergraph in which it does not say so itself (`MISSING_TRANSITIVE_AUTH_REQUIREMENTS`), but
 *   older ones let it through.
 *
 * @param supergraphSdl the full text
 * @param schema the types of the same supergraph, those that clients do not see included
 * @returns undefined when nothing requires anything
 * @see https://www.apollographql.com/docs/graphos/routing/security/authorization
 * @see https://github.com/advisories/GHSA-m8jr-fxqx-8xx6 (fields that are computed from protected ones)
 */
export function readRequirements(supergraphSdl: string, schema: GraphQLSchema): Requirements | undefined {
  const declared = readAccessDirectives(parse(supergraphSdl, { noLocation: true }));
  return declared === undefined ? undefined : new Reader(schema, declared);
}

class Reader implements Requirements {
  readonly conditions: Condition[] = [];
  readonly #places = new Map<string, number>();
  readonly #byField = new Map<string, ReadonlyArray<number>>();
  readonly #schema: GraphQLSchema;
  readonly #declared: DeclaredConditions;

  constructor(schema: GraphQLSchema, declared: DeclaredConditions) {
    this.#schema = schema;
    this.#declared = declared;
  }

  readonly ofField = (typename: string, fieldName: string): ReadonlyArray<number> => {
    const coordinate = `${typename}.${fieldName}`;
    let required = this.#byField.get(coordinate);
    if (required === undefined) {
      const type = this.#schema.getType(typename);
      const all = new Set<number>();
      if (isObjectType(type) || isInterfaceType(type)) {
        this.#collect(type, fieldName, all, new Set());
      }
      required = [...all].sort((left, right) => left - right);
      this.#byField.set(coordinate, required);
    }
    return required;
  };

  #collect(type: FieldsType, fieldName: string, into: Set<number>, seen: Set<string>): void {
    const coordinate = `${type.name}.${fieldName}`;
    const field = type.getFields()[fieldName];
    if (field === undefined || seen.has(coordinate)) {
      return;
    }
    seen.add(coordinate);
    const conditions = [
      ...this.#declared.ofType(type.name),
      ...this.#declared.ofField(type.name, fieldName),
      ...this.#declared.ofType(getNamedType(field.type).name),
    ];
    conditions.forEach((condition) => into.add(this.#placeOf(condition)));
    for (const text of joinArguments(field, 'join__field', 'requires')) {
      this.#collectSelected(type, selectionSetOf(text), into, seen);
    }
    if (isInterfaceType(type)) {
      for (const object of this.#schema.getImplementations(type).objects) {
        this.#collect(object, fieldName, into, seen);
      }
    }
  }

  #collectSelected(type: FieldsType, set: SelectionSetNode, into: Set<number>, seen: Set<string>): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        this.#collect(type, selection.name.value, into, seen);
        const field = type.getFields()[selection.name.value];
        if (field !== undefined && selection.selectionSet !== undefined) {
          this.#collectBelow(getNamedType(field.type).name, selection.selectionSet, into, seen);
        }
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const below = selection.typeCondition?.name.value ?? type.name;
        this.#collectBelow(below, selection.selectionSet, into, seen);
      }
    }
  }

  #collectBelow(typename: string, set: SelectionSetNode, into: Set<number>, seen: Set<string>): void {
    const type = this.#schema.getType(typename);
    if (isObjectType(type) || isInterfaceType(type)) {
      this.#collectSelected(type, set, into, seen);
      return;
    }
    // A union has no fields of its own.
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT && selection.typeCondition !== undefined) {
        this.#collectBelow(selection.typeCondition.name.value, selection.selectionSet, into, seen);
      }
    }
  }

  #placeOf(condition: Condition): number {
    const key = JSON.stringify(condition);
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.conditions.push(condition) - 1;
      this.#places.set(key, place);
    }
    return place;
  }
}

function selectionSetOf(fields: string): SelectionSetNode {
  const [definition] = parse(`{ ${fields} }`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) {
    throw new Error(`The supergraph requires the fields ${fields}, which are none.`);
  }
  return definition.selectionSet;
}
