import { describe, expect, it } from '@jest/globals';
import type { DescribedFetch, DescribedNode } from '../../../../src/observability/debug/described-plan.js';
import { takePlan } from './take-plan.js';
import { durationOf, ticksOf, timelineOf } from './timeline.js';

const fetchOf = (subgraph: string): DescribedFetch => ({
  kind: 'fetch',
  subgraph,
  operation: '{ a }',
  run: null,
});

describe('timelineOf', () => {
  it('puts what a part holds below it, with the path of its entities', () => {
    const node: DescribedNode = {
      kind: 'sequence',
      nodes: [
        fetchOf('a'),
        {
          kind: 'parallel',
          nodes: [
            { kind: 'flatten', path: ['users', '@'], node: fetchOf('b') },
            { kind: 'condition', variable: 'more', whenTrue: fetchOf('c'), whenFalse: null },
          ],
        },
      ],
    };
    const rows = timelineOf(node).map((row) =>
      row.kind === 'group' ? [row.depth, row.label, row.detail] : [row.depth, row.fetch.subgraph, row.path],
    );
    expect(rows).toEqual([
      [0, 'Sequence', 'one after the other'],
      [1, 'a', ''],
      [1, 'Parallel', 'at the same time'],
      [2, 'b', 'users.@'],
      [2, 'Condition', 'if $more'],
      [3, 'c', ''],
    ]);
  });
});

describe('ticksOf', () => {
  it.each([
    [0, [0]],
    [0.9, [0, 0.5]],
    [38.2, [0, 10, 20, 30]],
    [1_000, [0, 500, 1_000]],
  ])('divides %d ms at round numbers', (total, ticks) => {
    expect(ticksOf(total)).toEqual(ticks);
  });
});

describe('durationOf', () => {
  it.each([
    [0.4167, '0.42 ms'],
    [38.25, '38.3 ms'],
    [1_204.6, '1205 ms'],
  ])('writes %d', (milliseconds, text) => {
    expect(durationOf(milliseconds)).toBe(text);
  });
});

describe('takePlan', () => {
  it('leaves the answer as a client would see it', () => {
    expect(takePlan({ extensions: { plan: { node: null } } }).answer).toEqual({});
    expect(takePlan({ extensions: { plan: { node: null }, cost: 1 } }).answer).toEqual({
      extensions: { cost: 1 },
    });
    expect(takePlan({ extensions: { cost: 1 } })).toEqual({
      plan: undefined,
      answer: { extensions: { cost: 1 } },
    });
  });
});
