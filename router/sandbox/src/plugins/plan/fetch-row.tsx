import type { FetchRun } from '../../../../src/observability/debug/described-plan.js';
import { useSubgraphColour } from '../../components/use-subgraph-colour.js';
import { durationOf, sizeOf } from './timeline.js';
import type { TimelineRow } from './timeline.js';

interface Properties {
  readonly row: Extract<TimelineRow, { readonly kind: 'fetch' }>;
  readonly totalMilliseconds: number;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

/** A fetch: its subgraph, its bar over the time of the request, and what it cost. */
export function FetchRow({ row, totalMilliseconds, isChosen, onChoose }: Properties) {
  const { subgraph, run } = row.fetch;
  const colour = useSubgraphColour(subgraph);
  const total = Math.max(totalMilliseconds, 0.01);
  const share = (milliseconds: number) => `${Math.min(100, Math.max(0, (milliseconds / total) * 100))}%`;
  const facts = run === null ? ['not needed'] : factsOf(run);
  return (
    <li>
      <button
        type="button"
        className="sandbox-plan-fetch"
        data-colour={colour}
        data-subgraph={subgraph}
        data-state={run === null ? 'unused' : run.failure === null ? 'done' : 'failed'}
        aria-pressed={isChosen}
        onClick={onChoose}
      >
        <span className="sandbox-plan-name" style={{ paddingLeft: `${row.depth * 0.8}rem` }}>
          <strong>{subgraph}</strong>
          {row.path !== '' && <code>{row.path}</code>}
          {run !== null && (
            <span className="sandbox-plan-duration">{durationOf(run.durationMilliseconds)}</span>
          )}
        </span>
        <span className="sandbox-plan-track" aria-hidden="true">
          {run !== null && (
            <span
              className="sandbox-plan-bar"
              style={{ left: share(run.startMilliseconds), width: share(run.durationMilliseconds) }}
            />
          )}
        </span>
        <span className="sandbox-plan-facts" style={{ paddingLeft: `${row.depth * 0.8}rem` }}>
          {facts.join(' · ')}
        </span>
      </button>
    </li>
  );
}

function factsOf(run: FetchRun): ReadonlyArray<string> {
  return [
    ...(run.failure === null ? [] : [`failed: ${run.failure}`]),
    ...(run.representations === 0
      ? []
      : [`${run.representations} ${plural(run.representations, 'entity', 'entities')}`]),
    ...(run.cached === 0 ? [] : [`${run.cached} cached`]),
    ...(run.sqlStatements === null ? [] : [`${run.sqlStatements} SQL`]),
    ...(run.answerLength === null ? [] : [sizeOf(run.answerLength)]),
  ];
}

function plural(number: number, one: string, many: string): string {
  return number === 1 ? one : many;
}
