import { describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import type { Executor, LoadedSupergraph } from './loaded-supergraph.js';
import { SupergraphGateway } from './supergraph-gateway.js';

function version(name: string): LoadedSupergraph {
  const execute: Executor = () => Promise.resolve({ data: { version: name } });
  return {
    sdl: name,
    schema: buildSchema(`type Query { ${name}: Int }`),
    subgraphs: [],
    operations: {} as LoadedSupergraph['operations'],
    execute,
  };
}

describe('SupergraphGateway', () => {
  it('executes a request by the version that it was validated against', async () => {
    const [old, next] = [version('old'), version('next')];
    const gateway = new SupergraphGateway(old);
    const { executor } = await gateway.load();
    gateway.replace(next);
    const versionOf = async (schema: LoadedSupergraph['schema']): Promise<unknown> =>
      (await executor({ schema } as Parameters<Executor>[0])).data?.['version'];
    expect(await versionOf(old.schema)).toBe('old');
    expect(await versionOf(next.schema)).toBe('next');
    expect(gateway.current).toBe(next);
  });

  it('tells every version’s schema, until it is told to stop', async () => {
    const told: string[] = [];
    const gateway = new SupergraphGateway(version('old'));
    const forget = gateway.onSchemaLoadOrUpdate(({ coreSupergraphSdl }) => told.push(coreSupergraphSdl));
    await gateway.load();
    gateway.replace(version('next'));
    forget();
    gateway.replace(version('last'));
    expect(told).toEqual(['old', 'next']);
  });
});
