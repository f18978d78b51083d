import {
  getNamedType,
  isAbstractType,
  Kind,
  parse,
  print,
  visit,
  type DirectiveNode,
  type DocumentNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';

/** A subgraph that answers a field of the whole graph. */
export interface Answering {
  readonly subgraph: string;
  readonly schema: GraphQLSchema;
}

/** What the subgraphs' schemas say together of every type and field. Coordinates are written `Type.field`. */
export class LearnedSchemas {
  readonly #familyOf = new Map<string, string>();
  readonly #keyFields = new Set<string>();
  readonly #entities = new Set<string>();
  /** By subgraph and coordinate: the selection that the field needs of others. */
  readonly #requires = new Map<string, string>();
  readonly #owners = new Map<string, Set<string>>();
  readonly #answering = new Map<string, Answering>();
  /** By coordinate: how subgraphs declare its type. */
  readonly #declared = new Map<string, Set<string>>();
  readonly #members = new Map<string, Map<string, ReadonlyArray<string>>>();

  /** @param families - by interface whose entities have one key: the types that implement it */
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
            this.#entities.add(this.familyOf(node.name.value));
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

  /** The interface whose entities the type belongs to, or the type itself. */
  familyOf(type: string): string {
    return this.#familyOf.get(type) ?? type;
  }

  /** One entity of an interface is of one type. A subgraph that takes the interface for an object knows only that. */
  concreteOf(type: string, identity: string): string {
    const members = this.families[type];
    return members?.[Number(identity) % members.length] ?? type;
  }

  /** Whether the router may ask for the type by its key. */
  isEntity(type: string): boolean {
    return this.#entities.has(this.familyOf(type));
  }

  isKeyField(coordinate: string): boolean {
    return this.#keyFields.has(coordinate);
  }

  /** The selection of the field's `@requires` in a subgraph, undefined when it has none. */
  requiresOf(subgraph: string, coordinate: string): string | undefined {
    return this.#requires.get(`${subgraph} ${coordinate}`);
  }

  answering(coordinate: string): Answering | undefined {
    return this.#answering.get(coordinate);
  }

  /** Whether every subgraph declares the field with one type: what is null in one may not be null in another. */
  isAgreed(coordinate: string): boolean {
    return this.#declared.get(coordinate)?.size === 1;
  }

  /** The types of a family, in the order of their entities' numbers. */
  membersOfFamily(type: string): ReadonlyArray<string> {
    return this.families[this.familyOf(type)] ?? [type];
  }

  /** The types that a field of an abstract type may be in a subgraph: those that all can answer which have the field. */
  possibleTypes(subgraph: string, coordinate: string, abstract: string): ReadonlyArray<string> {
    const bySubgraph = this.#members.get(abstract) ?? new Map<string, ReadonlyArray<string>>();
    const owners = this.#owners.get(coordinate) ?? new Set([subgraph]);
    const own = bySubgraph.get(subgraph) ?? [];
    const common = own.filter((member) =>
      [...owners].every((owner) => bySubgraph.get(owner)?.includes(member) ?? true),
    );
    return common.length > 0 ? common : own;
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
}

function textOf(directive: DirectiveNode): string {
  const value = directive.arguments?.find(({ name }) => name.value === 'fields')?.value;
  return value?.kind === Kind.STRING ? value.value : '';
}
