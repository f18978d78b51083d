import {
  GraphQLError,
  isInterfaceType,
  isObjectType,
  type DocumentNode,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from 'graphql';
import type { FakeObject } from './fake-object.js';
import { fakeKeyValue, fakeValue, type Faults } from './fake-values.js';
import { happens } from './hash.js';
import { LearnedSchemas } from './learned-schemas.js';
import { identityOf, pickRequired, selectRequired } from './representations.js';

/** Of a fetch: `query Search__a__0`. */
const OPERATION_NAME = /^(query|mutation) \w+/;

type World = ReturnType<FakeData['world']>;

/** Gives every field of every subgraph a value that follows from the object's identity and the arguments. */
export class FakeData {
  readonly #learned: LearnedSchemas;

  constructor(families: Readonly<Record<string, ReadonlyArray<string>>>) {
    this.#learned = new LearnedSchemas(families);
  }

  /** Takes in one subgraph's schema. */
  learn(subgraph: string, schema: GraphQLSchema, typeDefs: DocumentNode): void {
    this.#learned.learn(subgraph, schema, typeDefs);
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
      const names = [info.parentType.name, this.#learned.familyOf(info.parentType.name)];
      const typename =
        names.find((name) => this.#learned.answering(`${name}.${info.fieldName}`) !== undefined) ?? '';
      const { subgraph, schema } = this.#learned.answering(`${typename}.${info.fieldName}`) ?? {};
      const parentType = schema?.getType(typename);
      if (subgraph === undefined || schema === undefined || !isObjectType(parentType)) {
        throw new Error(`Nobody answers ${info.parentType.name}.${info.fieldName}.`);
      }
      const field = parentType.getFields()[info.fieldName];
      const requires = this.#learned.requiresOf(subgraph, `${typename}.${info.fieldName}`);
      const representation =
        requires === undefined
          ? undefined
          : selectRequired(source, parentType.name, requires, resolveAnywhere);
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
        if (this.#learned.isKeyField(coordinate)) {
          return fakeKeyValue(source.identity, info.fieldName, info.returnType);
        }
        const requires = this.#learned.requiresOf(subgraph, coordinate);
        const required = requires === undefined ? '' : pickRequired(requires, source.representation);
        const owner =
          typename === 'Query' || typename === 'Mutation' ? typename : this.#learned.familyOf(typename);
        // What is null in one subgraph and may not be in another is different data.
        const own = this.#learned.isAgreed(coordinate) ? faults : { ...faults, nulls: 0, errors: 0 };
        const place = at(owner, source.identity, info.fieldName, JSON.stringify(args), required);
        if (happens(`${place}|error`, own.errors)) {
          throw new GraphQLError(`failed: ${coordinate}`, { extensions: { code: 'FORBIDDEN' } });
        }
        return fakeValue(this.#learned, subgraph, coordinate, info.returnType, info.schema, place, own);
      };
    return {
      // Two fetches of a plan that differ in their names alone ask for the same, so both get it or neither does.
      isDown: (subgraph: string, query: string): boolean =>
        happens(at('down', subgraph, query.replace(OPERATION_NAME, '$1')), faults.down),
      resolverFor,
      resolveAnywhere,
      find: (subgraph: string, reference: Record<string, unknown>): FakeObject | null => {
        const typename = String(reference['__typename']);
        const keys = Object.entries(reference).filter(([key]) =>
          this.#learned.isKeyField(`${typename}.${key}`),
        );
        const identity = identityOf(Object.fromEntries(keys));
        if (identity === undefined) {
          return null;
        }
        const place = at('reference', subgraph, this.#learned.familyOf(typename), identity);
        if (happens(`${place}|error`, faults.failingReferences)) {
          throw new GraphQLError(`no reference: ${typename}`, { extensions: { code: 'FORBIDDEN' } });
        }
        if (happens(`${place}|missing`, faults.missing)) {
          return null;
        }
        return {
          __typename: this.#learned.concreteOf(typename, identity),
          identity,
          representation: reference,
        };
      },
    };
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
    return { ...object, __typename: this.#learned.concreteOf(object.__typename, object.identity) };
  }
}
