import { beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '@supergraph/platform/telemetry';
import { getOperationAST, GraphQLError, parse, type FieldNode } from 'graphql';
import type { RouterContext } from '../identity/request-context.js';
import { loadPlanner } from '../supergraph/gateway-planner.js';
import { compose } from '../testing/test-router.js';
import { createExecutor } from './executor.js';
import type { ExecutionHooks } from './hooks.js';
import type { FetchExecutor, SubgraphFetch } from './fetch/subgraph-fetch.js';
import { OperationStore } from './operation/operation-store.js';
import type { Planner } from './plan/planner.js';
import { stringifyResult } from './response/response-text.js';
import type { FetchRecord } from './run/fetch-record.js';

const logger = createLogger('test', 'silent');
let planner: Planner;

beforeAll(async () => {
  const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';
  planner = await loadPlanner(
    compose([
      {
        name: 'a',
        url: 'http://a',
        sdl: `${link} type Query { me: User text: String } type User @key(fields: "id") { id: ID! name: String salary: Int }`,
      },
      { name: 'b', url: 'http://b', sdl: `${link} type User @key(fields: "id") { id: ID! age: Int! }` },
    ]),
    logger,
  );
});

interface Run {
  readonly text: string;
  readonly response: {
    readonly data?: unknown;
    readonly errors?: ReadonlyArray<{ readonly path?: unknown }>;
  };
  readonly fetches: ReadonlyArray<SubgraphFetch>;
}

async function run(
  source: string,
  data: Readonly<Record<string, string>>,
  hooks: ExecutionHooks = {},
): Promise<Run> {
  const fetches: SubgraphFetch[] = [];
  const fetcher: FetchExecutor = {
    fetch: (fetch) => {
      fetches.push(fetch);
      return Promise.resolve({
        data: JSON.parse(data[fetch.operation.subgraph] ?? '{}') as Record<string, unknown>,
      });
    },
  };
  const execute = createExecutor({ operations: new OperationStore(planner), fetcher, logger, hooks });
  const document = parse(source);
  const {
    data: result,
    errors,
    extensions,
  } = await execute({
    request: {},
    document,
    operation: getOperationAST(document),
    queryHash: source,
    context: {} as RouterContext,
  } as unknown as Parameters<typeof execute>[0]);
  const text = stringifyResult({
    ...(errors === undefined ? {} : { errors: errors.map((error) => error.toJSON()) }),
    ...(result === undefined ? {} : { data: result }),
    ...(extensions === undefined ? {} : { extensions }),
  });
  return { text, response: JSON.parse(text) as Run['response'], fetches };
}

describe('a response', () => {
  it('survives what JSON and JavaScript have in store', async () => {
    const a = '{"__proto__":"p","toString":"t","lone":"\\ud800","quotes":"\\"\\\\\\n","constructor":null}';
    const { response, text } = await run(
      '{ __proto__: text toString: text lone: text quotes: text constructor: text hasOwnProperty: text }',
      { a },
    );
    expect(text).toContain('"lone":"\\ud800"');
    expect(Object.entries(response.data as object)).toEqual([
      ['__proto__', 'p'],
      ['toString', 't'],
      ['lone', '\ud800'],
      ['quotes', '"\\\n'],
      ['constructor', null],
      ['hasOwnProperty', null],
    ]);
    expect(({} as { readonly p?: unknown }).p).toBeUndefined();
  });

  it('answers what is asked about the schema beside data', async () => {
    const { response } = await run('{ __typename text __type(name: "User") { name } }', {
      a: '{"text":"x"}',
    });
    expect(response).toEqual({ data: { __typename: 'Query', text: 'x', __type: { name: 'User' } } });
  });

  it('is null with one error for each reason when null goes up to the root of a required object', async () => {
    const { response } = await run('{ me { name age } }', {
      a: '{"me":{"__typename":"User","id":"1","name":7}}',
      b: '{"_entities":[{"age":null}]}',
    });
    expect(response.data).toEqual({ me: null });
    expect(response.errors?.map(({ path }) => path)).toEqual([
      ['me', 'name'],
      ['me', 'age'],
    ]);
  });
});

describe('a hook', () => {
  it('withholds fields: they are not fetched, and null with an error', async () => {
    const withheld = ({ name }: FieldNode) =>
      name.value === 'salary'
        ? ({ message: 'Not for you.', extensions: { code: 'FORBIDDEN' } } as const)
        : undefined;
    const { response, fetches } = await run(
      '{ me { name pay: salary } }',
      { a: '{"me":{"name":"Ann"}}' },
      {
        policy: () => ({ key: 'k', document: parse('{ me { name } }'), withheld }),
      },
    );
    expect(fetches.map(({ operation }) => operation.text).join()).not.toContain('salary');
    expect(response).toMatchObject({
      data: { me: { name: 'Ann', pay: null } },
      errors: [{ message: 'Not for you.', path: ['me', 'pay'], extensions: { code: 'FORBIDDEN' } }],
    });
  });

  it('refuses an operation by its plan before anything is fetched', async () => {
    const fetched: SubgraphFetch[] = [];
    const refused = run(
      '{ text }',
      {},
      {
        willExecute: (plan) => {
          throw new GraphQLError(`refused: ${plan?.kind}`);
        },
        didFetch: () => void fetched.push(),
      },
    );
    await expect(refused).rejects.toThrow('refused: fetch');
    expect(fetched).toEqual([]);
  });

  it('hears of every fetch, and adds to the response', async () => {
    const records: FetchRecord[] = [];
    const { response } = await run(
      '{ me { age } }',
      { a: '{"me":{"__typename":"User","id":"1"}}', b: '{"_entities":[{"age":3}]}' },
      { didFetch: (record) => records.push(record), extensions: () => ({ fetches: records.length }) },
    );
    expect(response).toEqual({ data: { me: { age: 3 } }, extensions: { fetches: 2 } });
    expect(records).toMatchObject([
      { subgraph: 'a', path: [], objects: 1, representations: 0, failure: undefined },
      { subgraph: 'b', path: ['me'], objects: 1, representations: 1, failure: undefined },
    ]);
  });
});
