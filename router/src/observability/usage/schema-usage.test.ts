import { describe, expect, it } from '@jest/globals';
import { buildSchema, Kind, parse, type OperationDefinitionNode } from 'graphql';
import type { RouterContext } from '../../identity/request-context.js';
import { SchemaUsage } from './schema-usage.js';

const schema = buildSchema(`
  type Query { find(filter: Filter, kind: Kind = SMALL, first: Int): [Thing!] node: Node }
  interface Node { id: ID! }
  type Thing implements Node { id: ID! name: String parts(of: Kind): [Thing!] }
  input Filter { name: String kinds: [Kind!] and: [Filter!] unused: Int }
  enum Kind { SMALL LARGE HUGE }
`);
const web = { name: 'web', version: '1' };

/** Runs a document some times and gives what was counted. */
function count(
  text: string,
  runs: ReadonlyArray<Readonly<Record<string, unknown>>> = [{}],
): Record<string, number> {
  const usage = new SchemaUsage();
  const document = parse(text);
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  if (operation === undefined) {
    throw new Error('The document has no operation.');
  }
  for (const variables of runs) {
    usage.count(schema, { document, operation, variables, context: {} as RouterContext }, web);
  }
  const [instance] = usage.report().instances;
  return Object.fromEntries((instance?.uses ?? []).map(({ coordinate, count: uses }) => [coordinate, uses]));
}

describe('SchemaUsage', () => {
  it('counts fields, arguments and the types around them, through fragments', () => {
    const text = `{ find(first: 1) { ...Named } node { id ... on Thing { parts(of: HUGE) { id } } } }
      fragment Named on Thing { called: name }`;
    expect(count(text, [{}, {}])).toEqual(
      Object.fromEntries(
        [
          'Query',
          'Query.find',
          'Query.find(first:)',
          'Query.node',
          'Node',
          'Node.id',
          'Thing',
          'Thing.name',
          'Thing.parts',
          'Thing.parts(of:)',
          'Thing.id',
          'Kind',
          'Kind.HUGE',
        ].map((coordinate) => [coordinate, 2]),
      ),
    );
  });

  it('counts a fragment of another operation for nobody', () => {
    expect(Object.keys(count('query A { node { id } } fragment Other on Thing { name }'))).not.toContain(
      'Thing.name',
    );
  });

  it('counts input fields and enum values that are written in the operation', () => {
    const counted = count('{ find(filter: { kinds: [LARGE], and: [{ name: "x" }] }) { id } }');
    expect(counted).toMatchObject({ 'Filter.kinds': 1, 'Filter.and': 1, 'Filter.name': 1, 'Kind.LARGE': 1 });
    expect(counted).not.toHaveProperty(['Filter.unused']);
  });

  it('counts of variables what each request sent, each part once a request', () => {
    const counted = count(
      'query ($filter: Filter, $kind: Kind) { find(filter: $filter, kind: $kind) { id } }',
      [
        { filter: { and: [{ name: 'a' }, { name: 'b', kinds: 'SMALL' }] }, kind: 'HUGE' },
        { filter: { name: null }, kind: null },
        {},
      ],
    );
    expect(counted).toMatchObject({
      'Query.find(filter:)': 3,
      'Filter.and': 1,
      'Filter.name': 2,
      'Filter.kinds': 1,
      'Kind.SMALL': 1,
      'Kind.HUGE': 1,
    });
    expect(counted).not.toHaveProperty(['Filter.unused']);
  });
});
