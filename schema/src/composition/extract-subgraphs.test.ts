import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { librarySubgraphs } from '../../test-support/library-project.js';
import type { SubgraphSource } from './compose-supergraph.js';
import { composeSupergraph } from './compose-supergraph.js';
import { extractSubgraphs, extractSubgraphSdl } from './extract-subgraphs.js';

function supergraphOf(subgraphs: ReadonlyArray<SubgraphSource>): string {
  const result = composeSupergraph(subgraphs);
  if (result.type === 'failure') throw new Error(result.errors.map(({ message }) => message).join('\n'));
  expect(result.hints).toEqual([]);
  return result.supergraphSdl;
}

const policedSdl = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@tag", "@policy", "@cacheTag", "@cost", "@inaccessible"])
"A reader." type Reader @key(fields: "id") @tag(name: "people") {
  id: ID!
  "Owed money." fines(currency: String = "EUR" @tag(name: "money")): Int @policy(policies: [["librarian"]]) @cost(weight: 3)
  secret: String @inaccessible
}
enum Level { "New." FIRST @tag(name: "start") SECOND @deprecated(reason: "One level is enough.") }
input ReaderFilter { "How far." level: Level @tag(name: "filter") }
type Query { reader(id: ID!, filter: ReaderFilter): Reader @cacheTag(format: "readers") }
`;

describe('extractSubgraphs', () => {
  it('composes to the same supergraph again: descriptions, policies and deprecations come back', () => {
    const supergraph = supergraphOf(librarySubgraphs());
    expect(supergraphOf(extractSubgraphs(supergraph))).toBe(supergraph);
  });

  it('brings back tags, policies, cache tags and costs, on arguments, enum values and input fields too', () => {
    const readers = { name: 'readers', url: 'http://localhost:5003/graphql', sdl: policedSdl };
    const supergraph = supergraphOf([...librarySubgraphs(), readers]);
    expect(supergraph).toContain('@cacheTag'.slice(1));
    expect(supergraphOf(extractSubgraphs(supergraph))).toBe(supergraph);
  });

  it("calls federation's directives as the services do", () => {
    const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
        { name: "@tag", as: "@label" }, { name: "@authenticated", as: "@signedIn" }, "@listSize"
      ])
      type Query { exhibits: [String] @label(name: "text") @signedIn  visits: [Int] @listSize(assumedSize: 3) }`;
    const supergraph = supergraphOf([{ name: 'museum', url: 'http://localhost:5001/graphql', sdl }]);
    expect(supergraph).toContain('@signedIn @label(name: "text")');
    expect(supergraphOf(extractSubgraphs(supergraph))).toBe(supergraph);
  });

  it('leaves what a service only refers to without directives, which composition would refuse', () => {
    const link = (names: string): string =>
      `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", ${names}])`;
    const supergraph = supergraphOf([
      {
        name: 'museum',
        url: 'http://localhost:5001/graphql',
        sdl: `${link('"@tag", "@shareable"')}
          type Exhibit @key(fields: "id") { id: ID! "Its name." label: String @shareable @tag(name: "text") }
          type Query { exhibits: [Exhibit] }`,
      },
      {
        name: 'tours',
        url: 'http://localhost:5002/graphql',
        sdl: `${link('"@external", "@provides"')}
          type Exhibit @key(fields: "id") { id: ID! label: String @external }
          type Query { highlight: Exhibit @provides(fields: "label") }`,
      },
    ]);
    expect(supergraphOf(extractSubgraphs(supergraph))).toBe(supergraph);
  });

  it('composes the committed supergraph to itself', () => {
    const committed = readFileSync(new URL('../../supergraph.graphql', import.meta.url), 'utf8');
    expect(supergraphOf(extractSubgraphs(committed))).toBe(committed);
  });
});

describe('extractSubgraphSdl', () => {
  it('gives the part of one service', () => {
    const sdl = extractSubgraphSdl(supergraphOf(librarySubgraphs()), 'lending');
    expect(sdl).toContain('type Loan @key(fields: "id")');
    expect(sdl).not.toContain('title');
  });

  it('says which services there are when asked for another', () => {
    expect(() => extractSubgraphSdl(supergraphOf(librarySubgraphs()), 'archive')).toThrow(
      'The supergraph has no service "archive"; it has catalog, lending.',
    );
  });
});
