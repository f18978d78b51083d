import { execute, type GraphQLSchema } from 'graphql';
import type { Operation, Outcome } from './compare.js';
import type { FakeData } from './fake-data.js';
import type { FakeObject } from './fake-object.js';
import type { Faults } from './fake-values.js';

/**
 * Executes an operation as one service would that had all data to itself: what every federated executor should come
 * to, as long as only fields are null or fail, and no fetch and no entity does.
 */
export async function executeMonolith(
  schema: GraphQLSchema,
  { document, variables }: Pick<Operation, 'document' | 'variables'>,
  data: FakeData,
  seed: number,
  faults: Pick<Faults, 'nulls' | 'errors'>,
): Promise<Pick<Outcome, 'data' | 'errors'>> {
  const world = data.world(seed, { ...faults, missing: 0, failingReferences: 0, down: 0 });
  const result = await execute({
    schema,
    document,
    variableValues: variables,
    rootValue: { __typename: 'root', identity: 'root' } satisfies FakeObject,
    fieldResolver: world.resolveAnywhere,
    typeResolver: (value) => (value as FakeObject).__typename,
  });
  return { data: JSON.parse(JSON.stringify(result.data ?? null)) as unknown, errors: result.errors ?? [] };
}
