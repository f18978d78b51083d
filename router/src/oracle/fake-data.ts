import {
  GraphQLError,
  isAbstractType,
  isEnumType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  getNamedType,
  Kind,
  parse,
  print,
  valueFromASTUntyped,
  visit,
  type DirectiveNode,
  type DocumentNode,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { happens, hash } from './hash.js';

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

/** An object as a resolver hands it on: the identity says all that is to be known of it. */
export interface FakeObject {
  readonly __typename: string;
  readonly identity: string;
  /** What the router sent of it. */
  readonly representation?: Readonly<Record<string, unknown>> | undefined;
}

type World = ReturnType<FakeData['world']>;

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

/** Gives every field of every subgraph a value that follows from the object's identity and the arguments. */
export class FakeData {
  readonly #familyOf = new Map<string, string>();
  readonly #keyFields = new Set<string>();
  readonly #entities = new Set<string>();
  /** By `Type.field` and subgraph: the selection that the field needs of others. */
  readonly #requires = new Map<string, string>();
  readonly #owners = new Map<string, Set<string>>();
  /** By `Type.field`: a schema that answers the field. */
  readonly #answering = new Map<string, { readonly subgraph: string; readonly schema: GraphQLSchema }>();
  /** By `Type.field`: how subgraphs declare its type. */
  readonly #declared = new Map<string, Set<string>>();
  readonly #members = new Map<string, Map<string, ReadonlyArray<string>>>();

  constructor(private readonly families: Readonly<Record<string, ReadonlyArray<string>>>) {
    for (const [family, types] of Object.entries(families)) {
      [family, ...types].forEach((type) => this.#familyOf.set(type, family));
    }
  }

  /** Takes in one subgraph's schema. */
  learn(subgraph: string, schema: GraphQLSchema, typeDefs: DocumentNode): void {
    visit(typeDefs, {
      enter: (node) => {
        if (
          node.kind !== Kind.OBJECT_TYPE_DEFINITION &&
          node.kind !== Kind.OBJECT_TYPE_EXTENSION &&
          node.kind !== Kind.INTERFACE_TYPE_DEFINITION
        ) {
          return;
        }
        for (const directive of node.directives ?? []) {
          if (directive.name.value === 'key') {
            this.#entities.add(this.#family(node.name.value));
            this.#learnKey(schema, node.name.value, textOf(directive));
          }
        }
        for (const field of node.fields ?? []) {
          const coordinate = `${node.name.value}.${field.name.value}`;
          const owners = this.#owners.get(coordinate) ?? new Set();
          const declared = this.#declared.get(coordinate) ?? new Set();
          this.#declared.set(coordinate, declared.add(print(field.type)));
          this.#owners.set(coordinate, owners.add(subgraph));
          if (!field.directives?.some(({ name }) => name.value === 'external')) {
            this.#answering.set(coordinate, { subgraph, schema });
          }
          const requires = field.directives?.find(({ name }) => name.value === 'requires');
          if (requires !== undefined) {
            this.#requires.set(`${subgraph} ${coordinate}`, textOf(requires));
          }
        }
      },
    });
    for (const type of Object.values(schema.getTypeMap())) {
      if (isAbstractType(type)) {
        const members = this.#members.get(type.name) ?? new Map<string, ReadonlyArray<string>>();
        this.#members.set(type.name, members);
        members.set(
          subgraph,
          schema.getPossibleTypes(type).map(({ name }) => name),
        );
      }
    }
  }

  /** Resolvers by which a subgraph finds the entities that the router names. */
  referenceResolvers(subgraph: string, schema: GraphQLSchema): Record<string, Record<string, unknown>> {
    const resolveReference = (reference: Record<string, unknown>, world: World): FakeObject | null =>
      world.find(subgraph, reference);
    return Object.fromEntries(
      Object.values(schema.getTypeMap())
        .filter((type) => (isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith('__'))
        .filter(
          (type) => isObjectType(type) || type.astNode?.directives?.some(({ name }) => name.value === 'key'),
        )
        .filter((type) => !['Query', 'Mutation', '_Service'].includes(type.name))
        .map((type) => [type.name, { __resolveReference: resolveReference }]),
    );
  }

  /** The data of one seed. */
  world(seed: number, faults: Faults) {
    const at = (...parts: ReadonlyArray<string>): string => `${seed}|${parts.join('|')}`;
    /** Resolves a field of the whole graph by the subgraph that answers it. */
    const resolveAnywhere = (
      source: FakeObject,
      args: Record<string, unknown>,
      _context: unknown,
      info: { readonly fieldName: string; readonly parentType: { readonly name: string } },
    ): unknown => {
      const names = [info.parentType.name, this.#family(info.parentType.name)];
      const typename = names.find((name) => this.#answering.has(`${name}.${info.fieldName}`)) ?? '';
      const { subgraph, schema } = this.#answering.get(`${typename}.${info.fieldName}`) ?? {};
      const parentType = schema?.getType(typename);
      if (subgraph === undefined || schema === undefined || !isObjectType(parentType)) {
        throw new Error(`Nobody answers ${info.parentType.name}.${info.fieldName}.`);
      }
      const field = parentType.getFields()[info.fieldName];
      const requires = this.#requires.get(`${subgraph} ${typename}.${info.fieldName}`);
      const representation =
        requires === undefined ? undefined : this.#select(source, parentType.name, requires, resolveAnywhere);
      const value: unknown = resolverFor(subgraph)({ ...source, representation }, args, undefined, {
        fieldName: info.fieldName,
        parentType,
        returnType: field?.type,
        schema,
      } as never);
      return this.#withConcreteTypes(value);
    };
    const resolverFor =
      (subgraph: string): GraphQLFieldResolver<FakeObject, unknown> =>
      (source, args, _context, info) => {
        const { name: typename } = info.parentType;
        const coordinate = `${typename}.${info.fieldName}`;
        const keyValue = this.#keyValue(source, typename, info.fieldName, info.returnType);
        if (keyValue !== undefined) {
          return keyValue;
        }
        const requires = this.#requires.get(`${subgraph} ${coordinate}`);
        const required = requires === undefined ? '' : pickRequired(requires, source.representation);
        const owner = typename === 'Query' || typename === 'Mutation' ? typename : this.#family(typename);
        // What is null in one subgraph and may not be in another is different data.
        const isAgreed = this.#declared.get(coordinate)?.size === 1;
        const own = isAgreed ? faults : { ...faults, nulls: 0, errors: 0 };
        const place = at(owner, source.identity, info.fieldName, JSON.stringify(args), required);
        if (happens(`${place}|error`, own.errors)) {
          throw new GraphQLError(`failed: ${coordinate}`, { extensions: { code: 'FORBIDDEN' } });
        }
        return this.#value(subgraph, coordinate, info.returnType, info.schema, place, own);
      };
    return {
      isDown: (subgraph: string, query: string): boolean => happens(at('down', subgraph, query), faults.down),
      resolverFor,
      resolveAnywhere,
      find: (subgraph: string, reference: Record<string, unknown>): FakeObject | null => {
        const typename = String(reference['__typename']);
        const keys = Object.entries(reference).filter(([key]) => this.#keyFields.has(`${typename}.${key}`));
        const identity = identityOf(Object.fromEntries(keys));
        if (identity === undefined) {
          return null;
        }
        const place = at('reference', subgraph, this.#family(typename), identity);
        if (happens(`${place}|error`, faults.failingReferences)) {
          throw new GraphQLError(`no reference: ${typename}`, { extensions: { code: 'FORBIDDEN' } });
        }
        if (happens(`${place}|missing`, faults.missing)) {
          return null;
        }
        return { __typename: this.#concrete(typename, identity), identity, representation: reference };
      },
    };
  }

  #learnKey(schema: GraphQLSchema, typename: string, fields: string): void {
    const learn = (type: string, set: SelectionSetNode | undefined): void => {
      for (const selection of set?.selections ?? []) {
        if (selection.kind === Kind.FIELD) {
          this.#keyFields.add(`${type}.${selection.name.value}`);
          const parent = schema.getType(type);
          const field =
            'getFields' in (parent ?? {})
              ? (parent as GraphQLObjectType).getFields()[selection.name.value]
              : undefined;
          learn(getNamedType(field?.type)?.name ?? '', selection.selectionSet);
        }
      }
    };
    const [operation] = parse(`{ ${fields} }`).definitions;
    learn(typename, operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet : undefined);
  }

  /** A subgraph that takes an interface for an object answers with no other type. */
  #withConcreteTypes(value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map((element) => this.#withConcreteTypes(element));
    }
    if (typeof value !== 'object' || value === null || !('identity' in value)) {
      return value;
    }
    const object = value as FakeObject;
    return { ...object, __typename: this.#concrete(object.__typename, object.identity) };
  }

  /** Evaluates the selection of a `@requires`, with literal enums, texts and numbers for arguments. */
  #select(
    source: FakeObject,
    typename: string,
    selection: string,
    resolve: (source: FakeObject, args: Record<string, unknown>, context: undefined, info: never) => unknown,
  ): Record<string, unknown> {
    const selectFrom = (object: FakeObject, type: string, set: SelectionSetNode): Record<string, unknown> =>
      Object.fromEntries(
        set.selections.flatMap((node) => {
          if (node.kind !== Kind.FIELD) {
            return [];
          }
          const args = Object.fromEntries(
            (node.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
          );
          const info = { fieldName: node.name.value, parentType: { name: type } };
          const value = resolve(object, args, undefined, info as never);
          const below = (inner: unknown): unknown =>
            Array.isArray(inner)
              ? inner.map(below)
              : node.selectionSet !== undefined && typeof inner === 'object' && inner !== null
                ? selectFrom(inner as FakeObject, (inner as FakeObject).__typename, node.selectionSet)
                : inner;
          return [[node.name.value, below(value)] as const];
        }),
      );
    const [operation] = parse(`{ ${selection} }`).definitions;
    return operation?.kind === Kind.OPERATION_DEFINITION
      ? selectFrom(source, typename, operation.selectionSet)
      : {};
  }

  #family(type: string): string {
    return this.#familyOf.get(type) ?? type;
  }

  /** One entity of an interface is of one type. A subgraph that takes the interface for an object knows only that. */
  #concrete(type: string, identity: string): string {
    const members = this.families[type];
    return members?.[Number(identity) % members.length] ?? type;
  }

  #keyValue({ identity }: FakeObject, typename: string, field: string, type: GraphQLOutputType): unknown {
    if (!this.#keyFields.has(`${typename}.${field}`)) {
      return undefined;
    }
    if (!isNonNullType(type) && Number(identity) === 0) {
      return null;
    }
    const named = isNonNullType(type) ? type.ofType : type;
    if (isObjectType(named)) {
      return { __typename: named.name, identity } satisfies FakeObject;
    }
    return isScalarType(named) && named.name === 'Int' ? Number(identity) : `${field}-${identity}`;
  }

  #value(
    subgraph: string,
    coordinate: string,
    type: GraphQLOutputType,
    schema: GraphQLSchema,
    place: string,
    faults: Faults,
  ): unknown {
    if (isNonNullType(type)) {
      return this.#value(subgraph, coordinate, type.ofType, schema, place, { ...faults, nulls: 0 });
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
        return this.#value(subgraph, coordinate, type.ofType, schema, element, faults);
      });
    }
    if (isEnumType(type)) {
      const values = type.getValues();
      return values[hash(place) % values.length]?.value;
    }
    if (isScalarType(type)) {
      return scalar(type.name, hash(place));
    }
    const typename = isAbstractType(type) ? this.#choose(subgraph, coordinate, type.name, place) : type.name;
    if (!this.#entities.has(this.#family(typename))) {
      return { __typename: typename, identity: place } satisfies FakeObject;
    }
    const members = this.families[this.#family(typename)] ?? [typename];
    const index = members.indexOf(typename);
    const number = hash(`${place}|entity`) % ENTITIES;
    // Of a family every entity's number says its type.
    const identity = index < 0 ? number : number * members.length + index;
    return { __typename: typename, identity: String(identity) } satisfies FakeObject;
  }

  /** Chooses a type for an abstract one that every subgraph can answer which answers the field. */
  #choose(subgraph: string, coordinate: string, abstract: string, place: string): string {
    const bySubgraph = this.#members.get(abstract) ?? new Map<string, ReadonlyArray<string>>();
    const owners = this.#owners.get(coordinate) ?? new Set([subgraph]);
    const own = bySubgraph.get(subgraph) ?? [];
    const common = own.filter((member) =>
      [...owners].every((owner) => bySubgraph.get(owner)?.includes(member) ?? true),
    );
    const choice = common.length > 0 ? common : own;
    return choice[hash(`${place}|type`) % choice.length] ?? abstract;
  }
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

function textOf(directive: DirectiveNode): string {
  const value = directive.arguments?.find(({ name }) => name.value === 'fields')?.value;
  return value?.kind === Kind.STRING ? value.value : '';
}

/** Every name in a selection. */
function namesIn(fields: string): ReadonlyArray<string> {
  return fields.match(/\w+/g) ?? [];
}

/** Every key value ends in the identity. */
function identityOf(value: unknown): string | undefined {
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      const found = key === '__typename' ? undefined : identityOf(inner);
      if (found !== undefined) {
        return found;
      }
    }
    return undefined;
  }
  return typeof value === 'number'
    ? String(value)
    : typeof value === 'string'
      ? /^\w+-(\d+)$/.exec(value)?.[1]
      : undefined;
}

/** What a representation holds of the fields that a field requires. */
function pickRequired(requires: string, representation: FakeObject['representation']): string {
  const names = new Set(namesIn(requires));
  const pick = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      return value.map(pick);
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => names.has(key))
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([key, inner]) => [key, pick(inner)]),
    );
  };
  return JSON.stringify(pick(representation ?? null));
}
