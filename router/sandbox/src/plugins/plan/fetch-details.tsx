import { parse, print } from 'graphql';
import { durationOf, sizeOf } from './timeline.js';
import type { TimelineRow } from './timeline.js';

/** All that is known of one fetch, and the operation that was sent. */
export function FetchDetails({ row }: { readonly row: Extract<TimelineRow, { readonly kind: 'fetch' }> }) {
  const { subgraph, operation, run } = row.fetch;
  const facts: ReadonlyArray<readonly [string, string]> =
    run === null
      ? [['Run', 'not needed: there was nothing to fetch for']]
      : [
          ['Began', `after ${durationOf(run.startMilliseconds)}`],
          ['Took', durationOf(run.durationMilliseconds)],
          ...(row.path === '' ? [] : [['Entities at', row.path] as const]),
          ['Objects', String(run.objects)],
          ['Representations', String(run.representations)],
          ['From the cache', String(run.cached)],
          ['SQL statements', run.sqlStatements === null ? 'not told' : String(run.sqlStatements)],
          ['Answer', run.answerLength === null ? 'none' : sizeOf(run.answerLength)],
          ...(run.failure === null ? [] : [['Failure', run.failure] as const]),
        ];
  return (
    <section className="sandbox-plan-details" aria-label={`Fetch from ${subgraph}`}>
      <h3>Fetch from {subgraph}</h3>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <pre tabIndex={0} aria-label="Operation that was sent">
        <code>{formatted(operation)}</code>
      </pre>
    </section>
  );
}

/** The router sends operations in one line. */
function formatted(operation: string): string {
  try {
    return print(parse(operation));
  } catch {
    return operation;
  }
}
