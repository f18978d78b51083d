import { afterEach, describe, expect, it } from '@jest/globals';
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readServices } from '@supergraph/schema/services';
import { buildSchema, getVariableValues, Kind, parse, type OperationDefinitionNode } from 'graphql';
import { ROOT } from '../harness/root.js';
import { startSystemUnderTest } from '../harness/system.js';

interface Configuration {
  readonly logins: ReadonlyArray<{ readonly label: string }>;
  readonly examples: ReadonlyArray<{
    readonly name: string;
    readonly document: string;
    readonly description?: string;
    readonly variables?: string;
  }>;
}

let end: () => Promise<unknown>;
afterEach(() => end());

async function startSystem(environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const started = await startSystemUnderTest({ environment });
  end = () => started.stop();
  return started.system.routerUrl;
}

/** A router alone, as a production would run it; its subgraphs are away. */
async function startProductionRouter(environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const secrets = readServices(ROOT).map(({ environmentPrefix }) => [
    `${environmentPrefix}_SECRET_FROM_ROUTER`,
    randomBytes(32).toString('base64url'),
  ]);
  const router = fork(join(ROOT, 'router', 'dist', 'main.js'), [], {
    env: {
      SUPERGRAPH_MODE: 'production',
      HOST: '127.0.0.1',
      ROUTER_PORT: '0',
      ROUTER_SUPERGRAPH_FILE: join(ROOT, 'schema', 'supergraph.graphql'),
      // Port 1 is nobody's.
      AUTH_JWKS_URL: 'http://127.0.0.1:1/.well-known/jwks.json',
      ...Object.fromEntries(secrets),
      ...environment,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(router, 'exit');
  end = () => (router.kill('SIGTERM'), exited);
  const [message] = (await Promise.race([
    once(router, 'message'),
    exited.then(([status]) => Promise.reject(new Error(`The router ended with status ${status}.`))),
  ])) as [{ readonly url: string }];
  return message.url;
}

async function statusOf(url: string, method = 'GET'): Promise<number> {
  const response = await fetch(url, {
    method,
    ...(method === 'POST'
      ? { headers: { 'content-type': 'application/json' }, body: '{"query":"{ __typename }"}' }
      : {}),
  });
  await response.arrayBuffer();
  return response.status;
}

/** Of the page, of what it reads at start, of a file of it, and of its way to a subgraph alone. */
async function statuses(router: string): Promise<ReadonlyArray<number>> {
  return Promise.all([
    statusOf(`${router}/`),
    statusOf(`${router}/sandbox/config.json`),
    statusOf(`${router}/sandbox/index.html`),
    statusOf(`${router}/sandbox/subgraphs/auth`, 'POST'),
  ]);
}

describe('the sandbox', () => {
  it('is there on the embedded default, demo logins and all', async () => {
    const router = await startSystem();
    expect(await statuses(router)).toEqual([200, 200, 200, 200]);
    const response = await fetch(`${router}/sandbox/config.json`);
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

  it('is off where it is switched off', async () => {
    const router = await startSystem({ ROUTER_SANDBOX: 'false' });
    expect(await statuses(router)).toEqual([404, 404, 404, 404]);
    expect(await statusOf(`${router}/graphql`, 'POST')).toBe(200);
  });

  it('is off in production', async () => {
    const router = await startProductionRouter();
    expect(await statuses(router)).toEqual([404, 404, 404, 404]);
    expect(await statusOf(`${router}/graphql`, 'POST')).toBe(200);
  });

  it('is there in production when it is asked for, without logins', async () => {
    const router = await startProductionRouter({ ROUTER_SANDBOX: 'true' });
    expect((await statuses(router)).slice(0, 3)).toEqual([200, 200, 200]);
    const response = await fetch(`${router}/sandbox/config.json`);
    expect((await response.json()) as Configuration).toMatchObject({ logins: [], examples: [] });
  });
});
