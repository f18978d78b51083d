import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSubgraphClient, type SubgraphClient } from '@supergraph/platform/testing';
import { readServices } from '@supergraph/schema/services';
import { Kind, parse } from 'graphql';
import { ask, signIn } from '../harness/graphql.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';
import { ENTITY_CONTRACTS } from './entities.js';

const services = readServices(fileURLToPath(new URL('../..', import.meta.url)));
let system: SystemUnderTest;
let token: string;

beforeAll(async () => {
  system = await startSystemUnderTest();
  token = await signIn(system.endpoint, 'admin@example.com');
  for (const { given } of ENTITY_CONTRACTS) {
    if (given !== undefined) {
      expect(await ask(system.endpoint, given, { token })).not.toHaveProperty('errors');
    }
  }
});
afterAll(() => system.stop());

function clientOf(service: string): SubgraphClient {
  const secrets = JSON.parse(readFileSync(system.system.folder.secretsFile, 'utf8')) as Record<
    string,
    string
  >;
  const url = system.system.services.find((running) => running.service.name === service)?.process.url ?? '';
  return createSubgraphClient({ url, secret: secrets[`${service.toUpperCase()}_SECRET_FROM_ROUTER`] ?? '' });
}

/** The entities that an SDL declares. */
function entitiesOf(sdlFile: string): string[] {
  return parse(readFileSync(sdlFile, 'utf8')).definitions.flatMap((definition) =>
    (definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.OBJECT_TYPE_EXTENSION) &&
    definition.directives?.some(({ name }) => name.value === 'key') === true
      ? [definition.name.value]
      : [],
  );
}

it('knows every entity that an SDL declares', () => {
  const declared = services.flatMap(({ name, sdlFile }) =>
    entitiesOf(sdlFile).map((entity) => `${name}.${entity}`),
  );
  expect(ENTITY_CONTRACTS.map(({ service, entity }) => `${service}.${entity}`).sort()).toEqual(
    declared.sort(),
  );
});

describe.each(
  ENTITY_CONTRACTS.map((contract) => [`${contract.service}: ${contract.entity}`, contract] as const),
)('%s', (_name, contract) => {
  const { service, entity, selection } = contract;
  const resolve = (ids: ReadonlyArray<string>) =>
    clientOf(service).entities(
      ids.map((id) => ({ __typename: entity, id })),
      `... on ${entity} { ${selection} }`,
      token,
    );
  const knownIds = async (): Promise<string[]> =>
    (await system.query<{ id: string }>(contract.known.service, contract.known.statement)).map(
      ({ id }) => id,
    );

  it('resolves a known id', async () => {
    const [id = ''] = await knownIds();
    const { data, errors } = await resolve([id]);
    expect(errors).toBeUndefined();
    expect(data._entities[0]).toMatchObject({ __typename: entity });
  });

  it('gives nothing, and no error, for an unknown and for a malformed id', async () => {
    const unknown = randomUUID();
    const { data, errors } = await resolve([unknown, 'not-a-uuid']);
    expect(errors).toBeUndefined();
    expect(data._entities).toEqual([contract.unknown(unknown), null]);
  });

  it('resolves 100 mixed ids in order with one SQL statement', async () => {
    const known = await knownIds();
    const ids = Array.from({ length: 100 }, (_, index) =>
      index % 4 === 0 ? randomUUID() : index % 10 === 9 ? 'not-a-uuid' : (known[index % known.length] ?? ''),
    );
    const { data, errors, sqlStatements } = await resolve(ids);
    expect(errors).toBeUndefined();
    const alone = new Map<string, unknown>();
    for (const id of known.slice(0, 5)) {
      alone.set(id, (await resolve([id])).data._entities[0]);
    }
    expect(data._entities).toHaveLength(100);
    ids.forEach((id, index) => {
      if (alone.has(id)) {
        expect(data._entities[index]).toEqual(alone.get(id));
      } else if (!known.includes(id)) {
        expect(data._entities[index]).toEqual(id === 'not-a-uuid' ? null : contract.unknown(id));
      }
    });
    expect(sqlStatements).toBe(1);
  });
});
