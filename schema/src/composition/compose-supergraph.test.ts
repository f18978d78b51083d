import { describe, expect, it } from '@jest/globals';
import { lendingSdl, librarySubgraphs, replacing } from '../../test-support/library-project.js';
import { composeSupergraph } from './compose-supergraph.js';

describe('composeSupergraph', () => {
  it('gives the same text whatever the order of the services', () => {
    const result = composeSupergraph(librarySubgraphs());
    expect(result).toMatchObject({ type: 'success', hints: [] });
    expect(composeSupergraph(librarySubgraphs().reverse())).toEqual(result);
  });

  it('writes where each service is found', () => {
    const result = composeSupergraph(librarySubgraphs());
    expect(result.type === 'success' && result.supergraphSdl).toContain(
      'LENDING @join__graph(name: "lending", url: "http://localhost:5002/graphql")',
    );
  });

  it('fails on a key that names no field, and says where', () => {
    const lending = replacing(lendingSdl, 'type Book @key(fields: "isbn")', 'type Book @key(fields: "isbm")');
    const result = composeSupergraph(librarySubgraphs({ lending }));
    expect(result).toMatchObject({
      type: 'failure',
      errors: [{ code: 'KEY_INVALID_FIELDS', nodes: [{ service: 'lending', line: 5, column: 11 }, {}] }],
    });
  });

  it('fails on a key that the owner does not resolve', () => {
    const lending = replacing(
      lendingSdl,
      '@key(fields: "isbn") {\n  "International number."\n  isbn: ID!',
      '@key(fields: "code") {\n  code: ID!',
    );
    const result = composeSupergraph(librarySubgraphs({ lending }));
    const errors = result.type === 'failure' ? result.errors : [];
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['SATISFIABILITY_ERROR']));
    expect(errors.map(({ message }) => message).join('\n')).toContain('cannot move to subgraph "catalog"');
  });

  it('gives hints where services agree only by half', () => {
    const lending = replacing(lendingSdl, '"Something to read."', '"Something to lend."');
    const result = composeSupergraph(librarySubgraphs({ lending }));
    expect(result).toMatchObject({ type: 'success', hints: [{ code: 'INCONSISTENT_DESCRIPTION' }] });
  });

  it('names the service and the line of a syntax error, of every service', () => {
    const result = composeSupergraph(librarySubgraphs({ catalog: 'type Query {', lending: '\n}' }));
    expect(result).toMatchObject({
      type: 'failure',
      errors: [
        { code: 'INVALID_GRAPHQL', nodes: [{ service: 'catalog', line: 1 }] },
        { code: 'INVALID_GRAPHQL', nodes: [{ service: 'lending', line: 2 }] },
      ],
    });
  });
});
