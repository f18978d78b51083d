import { useState } from 'react';
import type { DescribedPlan } from '../../../../src/observability/debug/described-plan.js';
import { useTarget } from '../../target/target-context.js';
import { FetchDetails } from './fetch-details.js';
import { FetchRow } from './fetch-row.js';
import { usePlan } from './plan-store.js';
import { durationOf, ticksOf, timelineOf } from './timeline.js';
import type { TimelineRow } from './timeline.js';

/** How the operation that ran last was fetched: a line for each part of its plan, a bar for each fetch. */
export function PlanPanel() {
  const plan = usePlan();
  const { target } = useTarget();
  return (
    <section className="sandbox-panel" aria-label="Plan">
      <h2>Plan</h2>
      {plan === undefined ? (
        <p className="sandbox-hint">
          {target.subgraph === undefined
            ? 'Run an operation to see which subgraphs answer it, in which order and how fast. Outside of a developer’s machine the router shows this only to those who may see it.'
            : 'A subgraph alone has no plan: choose the supergraph.'}
        </p>
      ) : (
        <PlanPicture plan={plan} />
      )}
    </section>
  );
}

function PlanPicture({ plan }: { readonly plan: DescribedPlan }) {
  const [chosen, setChosen] = useState<number>();
  const { operation, planMilliseconds, totalMilliseconds, node } = plan;
  const rows = node === null ? [] : timelineOf(node);
  const selected = chosen === undefined ? undefined : rows[chosen];
  return (
    <>
      <p className="sandbox-plan-summary" role="status">
        <strong>{operation.name ?? `Unnamed ${operation.type}`}</strong>
        <span>{summaryOf(rows)}</span>
        <span>{durationOf(totalMilliseconds)} in all</span>
        <span>
          {planMilliseconds === 0 ? 'plan was ready' : `planned in ${durationOf(planMilliseconds)}`}
        </span>
      </p>
      {node === null ? (
        <p>There was nothing to fetch.</p>
      ) : (
        <div className="sandbox-plan">
          <ol className="sandbox-plan-rows">
            {rows.map((row, index) =>
              row.kind === 'group' ? (
                <li
                  key={index}
                  className="sandbox-plan-group"
                  style={{ paddingLeft: `${row.depth * 0.8}rem` }}
                >
                  <strong>{row.label}</strong> {row.detail}
                </li>
              ) : (
                <FetchRow
                  key={index}
                  row={row}
                  totalMilliseconds={totalMilliseconds}
                  isChosen={index === chosen}
                  onChoose={() => setChosen(index === chosen ? undefined : index)}
                />
              ),
            )}
          </ol>
          <Axis totalMilliseconds={totalMilliseconds} />
        </div>
      )}
      {selected?.kind === 'fetch' ? (
        <FetchDetails row={selected} />
      ) : (
        rows.length > 0 && (
          <p className="sandbox-hint">Choose a fetch to see what was asked of its subgraph.</p>
        )
      )}
    </>
  );
}

/** Beyond this share of the width a number has no room to the right of its line. */
const LAST_SHARE_WITH_ROOM = 0.85;

function Axis({ totalMilliseconds }: { readonly totalMilliseconds: number }) {
  return (
    <div className="sandbox-plan-axis" aria-hidden="true">
      {ticksOf(totalMilliseconds).map((tick) => {
        const share = tick / Math.max(totalMilliseconds, 0.01);
        return (
          <span
            key={tick}
            data-side={share > LAST_SHARE_WITH_ROOM ? 'before' : 'after'}
            style={{ left: `${share * 100}%` }}
          >
            {tick === 0 ? '0 ms' : tick}
          </span>
        );
      })}
    </div>
  );
}

function summaryOf(rows: ReadonlyArray<TimelineRow>): string {
  const fetches = rows.flatMap((row) => (row.kind === 'fetch' && row.fetch.run !== null ? [row.fetch] : []));
  const subgraphs = new Set(fetches.map(({ subgraph }) => subgraph));
  return `${counted(fetches.length, 'fetch', 'fetches')} from ${counted(subgraphs.size, 'subgraph', 'subgraphs')}`;
}

function counted(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
