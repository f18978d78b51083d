import { readFileSync } from 'node:fs';
import { ApolloGateway } from '@apollo/gateway';
import { describe, expect, it } from '@jest/globals';
import { composeSupergraph } from './composition/compose-supergraph.js';
import { supergraphWithoutUnsupportedFeatures } from './gateway-supergraph.js';

// Read when a gateway is made; otherwise it reports on itself to its maker.
process.env['APOLLO_TELEMETRY_DISABLED'] = '1';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

async function load(supergraphSdl: string): Promise<string> {
  const gateway = new ApolloGateway({ supergraphSdl, logger: silent });
  try {
    const { schema } = await gateway.load();
    return Object.keys(schema.getQueryType()?.getFields() ?? {}).join(' ');
  } finally {
    await gateway.stop();
  }
}

function supergraphOf(sdl: string): string {
  const result = composeSupergraph([{ name: 'museum', url: 'http://localhost:5001/graphql', sdl }]);
  if (result.type === 'failure') throw new Error(result.errors.map(({ message }) => message).join('\n'));
  return result.supergraphSdl;
}

const applications = [
  ['@authenticated', 'exhibit: Exhibit @authenticated', 'v2.9'],
  ['@requiresScopes', 'exhibit: Exhibit @requiresScopes(scopes: [["see"]])', 'v2.9'],
  ['@policy', 'exhibit: Exhibit @policy(policies: [["see"]])', 'v2.9'],
  ['@cacheTag', 'exhibit: Exhibit @cacheTag(format: "exhibits")', 'v2.12'],
] as const;

describe('supergraphWithoutUnsupportedFeatures', () => {
  it.each(applications)('makes a supergraph with %s loadable', async (directive, field, version) => {
    const supergraph = supergraphOf(`
      extend schema @link(url: "https://specs.apollo.dev/federation/${version}", import: ["${directive}"])
      type Exhibit { id: ID }
      type Query { ${field} }
    `);
    await expect(load(supergraph)).rejects.toThrow('unsupported');
    const loadable = supergraphWithoutUnsupportedFeatures(supergraph);
    expect(loadable).not.toContain(directive.slice(1));
    await expect(load(loadable)).resolves.toBe('exhibit');
  });

  it('makes a supergraph with @context loadable', async () => {
    const supergraph = supergraphOf(`
      extend schema
        @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@context", "@fromContext"])
      type Room @key(fields: "id") @context(name: "room") { id: ID! language: String exhibit: Exhibit }
      type Exhibit @key(fields: "id") { id: ID! label(language: String @fromContext(field: "$room { language }")): String }
      type Query { room: Room }
    `);
    await expect(load(supergraph)).rejects.toThrow('unsupported');
    const loadable = supergraphWithoutUnsupportedFeatures(supergraph);
    expect(loadable).not.toMatch(/@context|context__|contextArguments: \[\{/);
    await expect(load(loadable)).resolves.toBe('room');
  });

  it('takes renamed directives away by their new names', async () => {
    const supergraph = supergraphOf(`
      extend schema
        @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
          "@key"
          { name: "@authenticated", as: "@signedIn" }
          { name: "@context", as: "@surroundings" }
          { name: "@fromContext", as: "@fill" }
        ])
      type Room @key(fields: "id") @surroundings(name: "room") { id: ID! language: String exhibit: Exhibit }
      type Exhibit @key(fields: "id") { id: ID! label(language: String @fill(field: "$room { language }")): String }
      type Query { room: Room @signedIn }
    `);
    expect(supergraph).toContain('@signedIn');
    expect(supergraph).toContain('@surroundings');
    const loadable = supergraphWithoutUnsupportedFeatures(supergraph);
    expect(loadable).not.toMatch(/signedIn|surroundings|context__/);
    await expect(load(loadable)).resolves.toBe('room');
  });

  it('takes imported helper types away by their new names', async () => {
    const composed = supergraphOf(`
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@requiresScopes"])
      type Query { exhibit: String @requiresScopes(scopes: [["see"]]) }
    `);
    const supergraph = composed
      .replace(
        'requiresScopes/v0.1",',
        'requiresScopes/v0.1", import: [{ name: "Scope", as: "AccessScope" }],',
      )
      .replaceAll('requiresScopes__Scope', 'AccessScope');
    expect(supergraph).toContain('scalar AccessScope');
    const loadable = supergraphWithoutUnsupportedFeatures(supergraph);
    expect(loadable).not.toContain('AccessScope');
    await expect(load(loadable)).resolves.toBe('exhibit');
  });

  it('leaves what the gateway can load as it is, to the letter', () => {
    const supergraph = supergraphOf(`
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@tag", "@cost", "@listSize"])
      type Query { exhibits: [String] @tag(name: "public") @cost(weight: 2) @listSize(assumedSize: 10) }
    `);
    expect(supergraphWithoutUnsupportedFeatures(supergraph)).toBe(supergraph);
  });

  it('makes the committed supergraph loadable', async () => {
    const committed = readFileSync(new URL('../supergraph.graphql', import.meta.url), 'utf8');
    const fields = await load(supergraphWithoutUnsupportedFeatures(committed));
    expect(fields.split(' ')).toContain('me');
  });
});
