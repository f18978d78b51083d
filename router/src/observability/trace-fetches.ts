import { beginSpan, codeOf } from '@supergraph/platform/telemetry';
import type { FetchExecutor } from '../execution/fetch/subgraph-fetch.js';
import { TransportFailure } from '../transport/transport-failure.js';

/** Puts a span around every fetch, from which the subgraph goes on. */
export function traceFetches(fetches: FetchExecutor): FetchExecutor {
  return {
    async fetch(fetch, context) {
      const { subgraph, kind } = fetch.operation;
      const span = beginSpan({
        name: `fetch ${subgraph}`,
        kind: 'client',
        parent: context.observed?.span?.trace ?? context.trace,
        attributes: {
          'supergraph.subgraph': subgraph,
          'graphql.operation.type': kind,
          'supergraph.representations': fetch.representations?.length ?? 0,
        },
      });
      if (span === undefined) {
        return fetches.fetch(fetch, context);
      }
      try {
        const answer = await fetches.fetch(fetch, { ...context, trace: span.trace });
        span.set({
          'supergraph.answer.length': answer.length ?? 0,
          'supergraph.answer.errors': answer.errors?.length ?? 0,
        });
        return answer;
      } catch (error) {
        span.fail(error instanceof TransportFailure ? error.kind : codeOf(error));
        throw error;
      } finally {
        span.end();
      }
    },
  };
}
