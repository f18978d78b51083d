import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSubgraph } from '@apollo/federation-internals';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSubgraphClient } from '@supergraph/platform/testing';
import { checkSchema, composeSupergraph, findNonNullCrossingFields, readSubgraphs } from '@supergraph/schema';
import { readServices } from '@supergraph/schema/services';
import { parse } from 'graphql';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const services = readServices(root);

describe('the composition', () => {
  it('has no error and no hint', async () => {
    const composed = composeSupergraph(await readSubgraphs(root));
    expect(composed).toMatchObject({ type: 'success', hints: [] });
  });

  it('lets no field that crosses a service boundary be non-null', async () => {
    expect(findNonNullCrossingFields(await readSubgraphs(root))).toEqual([]);
  });

  it('is what is committed, breaks no promise, and plans every saved operation as recorded', async () => {
    const result = await checkSchema(root);
    expect(result.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(result.ok).toBe(true);
  });
});

describe('the served schema', () => {
  let system: SystemUnderTest;
  beforeAll(async () => {
    system = await startSystemUnderTest({ demoData: false });
  });
  afterAll(() => system.stop());

  it.each(services.map(({ name }) => name))('of %s is the committed one', async (name) => {
    const running = system.system.services.find(({ service }) => service.name === name);
    const secrets = JSON.parse(readFileSync(system.system.folder.secretsFile, 'utf8')) as Record<
      string,
      string
    >;
    const client = createSubgraphClient({
      url: running?.process.url ?? '',
      secret: secrets[`${name.toUpperCase()}_SECRET_FROM_ROUTER`] ?? '',
    });
    const { data } = await client.query('{ _service { sdl } }');
    const normalise = (sdl: string): string => buildSubgraph(name, '', parse(sdl)).toString();
    const committed = readFileSync(join(root, 'subgraphs', name, 'schema.graphql'), 'utf8');
    expect(normalise(data._service.sdl)).toBe(normalise(committed));
  });
});
