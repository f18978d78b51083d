import type {
  FieldDefinition,
  InterfaceType,
  NamedType,
  ObjectType,
  Subgraph,
} from '@apollo/federation-internals';
import { baseType, isFederationField, isInterfaceType, isObjectType } from '@apollo/federation-internals';
import { Kind, parse } from 'graphql';

export type FieldsType = ObjectType | InterfaceType;
export type Field = FieldDefinition<FieldsType>;

/** A type that more than one service takes part in, by a key. */
export interface SharedEntity {
  readonly name: string;
  /** The top-level fields of all its keys: they travel with a reference and need no further service. */
  readonly keyFields: ReadonlySet<string>;
  /** The one service that it comes from; undefined when that cannot be said. */
  readonly owner: string | undefined;
}

/**
 * The entities that more than one service defines and at least one gives a `@key`, by name.
 *
 * Who owns one follows from the SDLs alone: it is the only service that
 * 1. has fields of its own on it (neither key nor `@external`: the others merely refer to it); else
 * 2. has a `Query` field that gives it and takes a key of it as arguments (`user(id: ID!): User`); else
 * 3. has a `Query` field that gives it (`me: User`).
 *
 * The first of these that singles out one service decides; when none does, it has no owner.
 */
export function findSharedEntities(subgraphs: ReadonlyArray<Subgraph>): ReadonlyMap<string, SharedEntity> {
  const names = new Set(subgraphs.flatMap((subgraph) => fieldsTypes(subgraph).map(({ name }) => name)));
  const entities = [...names].flatMap((name): Array<[string, SharedEntity]> => {
    const defining = subgraphs.filter((subgraph) => typeNamed(subgraph, name) !== undefined);
    const keys = defining.flatMap((subgraph) => keysOf(subgraph, name));
    if (defining.length < 2 || keys.length === 0) return [];
    const keyFields = new Set(keys.flat());
    return [[name, { name, keyFields, owner: findOwner(name, keys, keyFields, defining) }]];
  });
  return new Map(entities);
}

function findOwner(
  name: string,
  keys: ReadonlyArray<ReadonlyArray<string>>,
  keyFields: ReadonlySet<string>,
  defining: ReadonlyArray<Subgraph>,
): string | undefined {
  const tests: ReadonlyArray<(subgraph: Subgraph) => boolean> = [
    (subgraph) => ownFields(subgraph, typeNamed(subgraph, name)).some((field) => !keyFields.has(field.name)),
    (subgraph) => queryFieldsGiving(subgraph, name).some((field) => keys.some((key) => takes(field, key))),
    (subgraph) => queryFieldsGiving(subgraph, name).length > 0,
  ];
  for (const test of tests) {
    const [only, ...others] = defining.filter(test);
    if (only && others.length === 0) return only.name;
  }
  return undefined;
}

function queryFieldsGiving(subgraph: Subgraph, name: string): ReadonlyArray<Field> {
  const query = subgraph.schema.schemaDefinition.rootType('query');
  return ownFields(subgraph, query).filter((field) => namedType(field)?.name === name);
}

/** What a field gives, without its lists and non-nulls. */
export function namedType(field: Field): NamedType | undefined {
  return field.type && baseType(field.type);
}

function takes(field: Field, key: ReadonlyArray<string>): boolean {
  return key.every((keyField) => field.argument(keyField) !== undefined);
}

/** A service's object types and interfaces, without GraphQL's and federation's own. */
export function fieldsTypes(subgraph: Subgraph): ReadonlyArray<FieldsType> {
  const federationTypes: ReadonlyArray<NamedType> = subgraph.metadata().allFederationTypes();
  return [...subgraph.schema.objectTypes(), ...subgraph.schema.interfaceTypes()].filter(
    (type) => !federationTypes.includes(type),
  );
}

/** The fields that a service itself answers for: not `@external`, not federation's own. */
export function ownFields(subgraph: Subgraph, type: FieldsType | undefined): ReadonlyArray<Field> {
  const fields = (type?.fields() ?? []) as ReadonlyArray<Field>;
  return fields.filter((field) => !isFederationField(field) && !subgraph.metadata().isFieldExternal(field));
}

function typeNamed(subgraph: Subgraph, name: string): FieldsType | undefined {
  const type = subgraph.schema.type(name);
  return type && (isObjectType(type) || isInterfaceType(type)) ? type : undefined;
}

/** Each `@key` of a type in a service as its top-level fields: `["id"]`. */
function keysOf(subgraph: Subgraph, name: string): ReadonlyArray<ReadonlyArray<string>> {
  const applied = typeNamed(subgraph, name)?.appliedDirectivesOf(subgraph.metadata().keyDirective()) ?? [];
  return applied.map((directive) => {
    const [operation] = parse(`{ ${String(directive.arguments().fields)} }`).definitions;
    const selections = operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections : [];
    return selections.flatMap((selection) => (selection.kind === Kind.FIELD ? [selection.name.value] : []));
  });
}
