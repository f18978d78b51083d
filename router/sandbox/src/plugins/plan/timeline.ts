import type { DescribedFetch, DescribedNode } from '../../../../src/observability/debug/described-plan.js';

/** A line of the picture: a part of the plan that holds others, or a fetch. */
export type TimelineRow =
  | { readonly kind: 'group'; readonly depth: number; readonly label: string; readonly detail: string }
  | {
      readonly kind: 'fetch';
      readonly depth: number;
      readonly fetch: DescribedFetch;
      /** Where in the response its entities are, such as `users.@`; empty for the root. */
      readonly path: string;
    };

/** Puts the parts of a plan in lines, each below what holds it. */
export function timelineOf(node: DescribedNode, depth = 0, path = ''): ReadonlyArray<TimelineRow> {
  switch (node.kind) {
    case 'fetch':
      return [{ kind: 'fetch', depth, fetch: node, path }];
    case 'flatten':
      return timelineOf(node.node, depth, joined(path, node.path));
    case 'condition':
      return [
        ...branch(node.whenTrue, `if $${node.variable}`, depth, path),
        ...branch(node.whenFalse, `unless $${node.variable}`, depth, path),
      ];
    case 'sequence':
    case 'parallel':
      return [
        {
          kind: 'group',
          depth,
          label: node.kind === 'sequence' ? 'Sequence' : 'Parallel',
          detail: node.kind === 'sequence' ? 'one after the other' : 'at the same time',
        },
        ...node.nodes.flatMap((each) => timelineOf(each, depth + 1, path)),
      ];
  }
}

function branch(
  node: DescribedNode | null,
  label: string,
  depth: number,
  path: string,
): ReadonlyArray<TimelineRow> {
  return node === null
    ? []
    : [{ kind: 'group', depth, label: 'Condition', detail: label }, ...timelineOf(node, depth + 1, path)];
}

function joined(path: string, below: ReadonlyArray<string | number>): string {
  return [path, below.join('.')].filter((part) => part !== '').join('.');
}

/** Milliseconds at which the picture has a line: four to six of them, at round numbers. */
export function ticksOf(totalMilliseconds: number): ReadonlyArray<number> {
  const raw = Math.max(totalMilliseconds, 0.01) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= raw) ?? raw;
  const ticks: number[] = [];
  for (let at = 0; at <= totalMilliseconds; at += step) {
    ticks.push(Number(at.toPrecision(6)));
  }
  return ticks;
}

/** The length of an answer, such as `850 B` and `12.3 kB`. */
export function sizeOf(characters: number): string {
  return characters < 1_000 ? `${characters} B` : `${(characters / 1_000).toFixed(1)} kB`;
}

/** Such as `0.42 ms` and `38 ms`. */
export function durationOf(milliseconds: number): string {
  return `${milliseconds < 10 ? milliseconds.toFixed(2) : milliseconds.toFixed(milliseconds < 100 ? 1 : 0)} ms`;
}
