import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, GraphQLError, parse, type DocumentNode, type GraphQLSchema } from 'graphql';
import type { SubgraphAnswer } from '../transport/subgraph-answer.js';
import { TransportFailure } from '../transport/transport-failure.js';
import { FakeData } from './fake-data.js';
import type { FakeObject } from './fake-object.js';
import type { Faults } from './fake-values.js';

/** What is sent to a subgraph. */
export interface SubgraphRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Asks a subgraph by its name. Throws {@link TransportFailure} when it gives no answer. */
export type AskSubgraph = (name: string, request: SubgraphRequest) => Promise<SubgraphAnswer>;

/** Subgraphs in memory, whose answers follow from a seed, the schema and the arguments alone. */
export interface FakeSubgraphs {
  /** Subgraphs with the data of this seed, as unreliable as `faults` says. */
  readonly data: FakeData;
  readonly withData: (seed: number, faults: Faults) => AskSubgraph;
}

type SubgraphModule = Exclude<
  Extract<Parameters<typeof buildSubgraphSchema>[0], { typeDefs: DocumentNode }>,
  unknown[]
>;

interface FakeSubgraph {
  readonly name: string;
  readonly schema: GraphQLSchema;
  readonly documents: Map<string, DocumentNode>;
}

/**
 * Makes subgraphs of SDLs.
 *
 * @param families for an interface that is an entity, its types: one of its entities is of one type in all subgraphs
 */
export function makeFakeSubgraphs(
  sources: ReadonlyArray<{ readonly name: string; readonly sdl: string }>,
  families: Readonly<Record<string, ReadonlyArray<string>>> = {},
): FakeSubgraphs {
  const data = new FakeData(families);
  const subgraphs = new Map<string, FakeSubgraph>();
  for (const { name, sdl } of sources) {
    const typeDefs = parse(sdl);
    const bare = buildSubgraphSchema([{ typeDefs }]);
    const resolvers = data.referenceResolvers(name, bare) as NonNullable<SubgraphModule['resolvers']>;
    const schema = buildSubgraphSchema([{ typeDefs, resolvers }]);
    data.learn(name, schema, typeDefs);
    subgraphs.set(name, { name, schema, documents: new Map() });
  }
  return {
    data,
    withData: (seed, faults) => async (name, request) => {
      const subgraph = subgraphs.get(name);
      if (subgraph === undefined) {
        throw new Error(`There is no subgraph ${name}.`);
      }
      const world = data.world(seed, faults);
      if (world.isDown(name, request.query)) {
        throw new TransportFailure('unreachable', 'it is down');
      }
      return answer(subgraph, request, world);
    },
  };
}

async function answer(
  { name, schema, documents }: FakeSubgraph,
  { query, variables }: SubgraphRequest,
  world: ReturnType<FakeData['world']>,
): Promise<SubgraphAnswer> {
  let document = documents.get(query);
  if (document === undefined) {
    document = parse(query, { noLocation: true });
    documents.clear();
    documents.set(query, document);
  }
  const sent = JSON.parse(JSON.stringify(variables)) as Record<string, unknown>;
  const { data, errors } = await execute({
    schema,
    document,
    variableValues: sent,
    rootValue: { __typename: 'root', identity: 'root' } satisfies FakeObject,
    contextValue: world,
    fieldResolver: world.resolverFor(name),
    typeResolver: (value) => (value as FakeObject).__typename,
  });
  if (data === undefined) {
    throw new GraphQLError(`A subgraph cannot execute a fetch: ${errors?.[0]?.message ?? ''}\n${query}`);
  }
  return JSON.parse(JSON.stringify({ data, ...(errors === undefined ? {} : { errors }) })) as SubgraphAnswer;
}
