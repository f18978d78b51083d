import { afterEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, getVariableValues, Kind, parse, type OperationDefinitionNode } from 'graphql';
import { ROOT } from '../harness/root.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';

interface Configuration {
  readonly logins: ReadonlyArray<{ readonly label: string }>;
  readonly examples: ReadonlyArray<{
    readonly name: string;
    readonly document: string;
    readonly description?: string;
    readonly variables?: string;
  }>;
}

let system: SystemUnderTest;
afterEach(() => system.stop());

async function statusOf(path: string, method = 'GET'): Promise<number> {
  const response = await fetch(`${system.system.routerUrl}${path}`, {
    method,
    ...(method === 'POST'
      ? { headers: { 'content-type': 'application/json' }, body: '{"query":"{ __typename }"}' }
      : {}),
  });
  await response.arrayBuffer();
  return response.status;
}

const statuses = async (): Promise<ReadonlyArray<number>> =>
  Promise.all([
    statusOf('/'),
    statusOf('/sandbox/config.json'),
    statusOf('/sandbox/index.html'),
    statusOf('/sandbox/subgraphs/auth', 'POST'),
  ]);

describe('the sandbox', () => {
  it('is there on the embedded default, demo logins and all', async () => {
    system = await startSystemUnderTest();
    expect(await statuses()).toEqual([200, 200, 200, 200]);
    const response = await fetch(`${system.system.routerUrl}/sandbox/config.json`);
    const { logins, examples } = (await response.json()) as Configuration;
    expect(logins.map(({ label }) => label)).toEqual(['Admin', 'Vendor', 'Customer']);
    const schema = buildSchema(readFileSync(join(ROOT, 'schema', 'api.graphql'), 'utf8'));
    for (const { name, document, variables, description } of examples) {
      const [operation] = parse(document).definitions.filter(
        ({ kind }) => kind === Kind.OPERATION_DEFINITION,
      );
      const { variableDefinitions = [] } = operation as OperationDefinitionNode;
      const given = JSON.parse(variables ?? '{}') as Record<string, unknown>;
      const { errors = [] } = getVariableValues(schema, variableDefinitions, given);
      expect([name, ...errors]).toEqual([name]);
      expect([name, description]).toEqual([name, expect.any(String)]);
    }
  });

  it.each([{ ROUTER_SANDBOX: 'false' }])('is off where it is switched off: %j', async (environment) => {
    system = await startSystemUnderTest({ environment });
    expect(await statuses()).toEqual([404, 404, 404, 404]);
    expect(await statusOf('/graphql', 'POST')).toBe(200);
  });
});
