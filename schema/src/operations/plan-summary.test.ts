import { describe, expect, it } from '@jest/globals';
import type { FetchNode, PlanNode } from '@apollo/query-planner';
import { librarySubgraphs, loansOperation } from '../../test-support/library-project.js';
import { composeSupergraph } from '../composition/compose-supergraph.js';
import { printPlanSummaries, summarizePlan, summarizePlans } from './plan-summary.js';
import { parseSavedOperations } from './saved-operations.js';

function fetchFrom(serviceName: string): FetchNode {
  return {
    kind: 'Fetch',
    serviceName,
    operation: '',
    operationName: undefined,
    operationKind: 'query' as FetchNode['operationKind'],
  };
}

describe('summarizePlans', () => {
  it('plans saved operations against a supergraph', () => {
    const composition = composeSupergraph(librarySubgraphs());
    const { operations } = parseSavedOperations([
      { fileName: 'Loans.graphql', text: loansOperation },
      {
        fileName: 'Book.graphql',
        text: 'query Book($isbn: ID!) { book(isbn: $isbn) { title } loansPage { more } }',
      },
    ]);
    const supergraph = composition.type === 'success' ? composition.supergraphSdl : '';
    expect(Object.entries(summarizePlans(supergraph, operations))).toEqual([
      ['Book', { services: ['catalog', 'lending'], fetches: 2, depth: 1 }],
      ['Loans', { services: ['catalog', 'lending'], fetches: 2, depth: 2 }],
    ]);
  });
});

describe('summarizePlan', () => {
  it('adds what follows one another and takes the deepest of what runs side by side', () => {
    const chain: PlanNode = {
      kind: 'Sequence',
      nodes: [fetchFrom('b'), { kind: 'Flatten', path: ['x'], node: fetchFrom('c') }],
    };
    const plan: PlanNode = {
      kind: 'Sequence',
      nodes: [fetchFrom('a'), { kind: 'Parallel', nodes: [chain, fetchFrom('b')] }],
    };
    expect(summarizePlan(plan)).toEqual({ services: ['a', 'b', 'c'], fetches: 4, depth: 3 });
  });

  it('counts the costlier branch of a condition', () => {
    const branch: PlanNode = { kind: 'Sequence', nodes: [fetchFrom('a'), fetchFrom('b')] };
    expect(
      summarizePlan({ kind: 'Condition', condition: 'full', ifClause: branch, elseClause: fetchFrom('c') }),
    ).toEqual({
      services: ['a', 'b', 'c'],
      fetches: 2,
      depth: 2,
    });
  });

  it('sums up a plan that fetches nothing', () => {
    expect(summarizePlan(undefined)).toEqual({ services: [], fetches: 0, depth: 0 });
  });
});

describe('printPlanSummaries', () => {
  it('prints JSON, an operation a line', () => {
    const summaries = {
      A: { services: ['x', 'y'], fetches: 2, depth: 1 },
      B: { services: [], fetches: 0, depth: 0 },
    };
    const text = printPlanSummaries(summaries);
    expect(JSON.parse(text)).toEqual(summaries);
    expect(text.split('\n')).toHaveLength(5);
    expect(printPlanSummaries({})).toBe('{}\n');
  });
});
