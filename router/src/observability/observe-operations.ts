import { beginSpan, type Metrics } from '@supergraph/platform/telemetry';
import type { OperationDefinitionNode } from 'graphql';
import type { RouterContext } from '../identity/request-context.js';
import { BoundedNames } from './bounded-names.js';
import type { RouterMetrics } from './metrics/router-metrics.js';
import type { RequestPlugin } from '../http/combine-plugins.js';

const ANONYMOUS = 'anonymous';
/** A request whose operation could not be read. */
const INVALID = 'invalid';
const ERROR_CODES = 100;
const MILLISECONDS = 1_000;

/**
 * Counts and traces operations from the moment that they are known until the response.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/graphql/graphql-spans/
 */
export function observeOperations(options: {
  readonly counted: RouterMetrics;
  readonly metrics: Metrics;
  readonly operationNames: BoundedNames;
}): RequestPlugin {
  const { counted, metrics, operationNames } = options;
  const codes = new BoundedNames(ERROR_CODES, 1);
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({
        // Its type promises an operation, but there is none when the request does not say which it means.
        operation: asked,
        contextValue: { observed, trace },
      }: {
        readonly operation?: OperationDefinitionNode;
        readonly contextValue: RouterContext;
      }) => {
        if (observed === undefined || asked === undefined) {
          return;
        }
        const name = asked.name?.value;
        observed.operationName = name === undefined ? ANONYMOUS : operationNames.nameFor(name);
        observed.span = beginSpan({
          name: asked.operation,
          kind: 'internal',
          parent: trace,
          attributes: {
            'graphql.operation.type': asked.operation,
            ...(name === undefined ? {} : { 'graphql.operation.name': name.slice(0, 128) }),
          },
        });
      },
      willSendResponse: async ({ response, operation, contextValue: { observed, client } }) => {
        if (response.body.kind !== 'single') {
          return;
        }
        const { errors = [], data } = response.body.singleResult;
        const outcome =
          errors.length === 0 ? 'success' : data !== undefined && data !== null ? 'partial' : 'error';
        metrics.operations.inc({ outcome });
        for (const { extensions } of errors) {
          const code = extensions?.['code'];
          const subgraph = extensions?.['service'];
          counted.errors.inc({
            code: typeof code === 'string' ? codes.nameFor(code) : 'none',
            subgraph: typeof subgraph === 'string' ? subgraph : '',
          });
        }
        if (observed === undefined) {
          return;
        }
        counted.operationDuration.observe(
          { operation: observed.operationName ?? INVALID, type: operation?.operation ?? '', outcome },
          (performance.now() - observed.startedAt) / MILLISECONDS,
        );
        if (client !== undefined) {
          counted.clientOperations.inc({ client: client.name, client_version: client.version, outcome });
        }
        if (observed.span !== undefined) {
          observed.span.set({
            'supergraph.outcome': outcome,
            'supergraph.errors': errors.length,
            'supergraph.plan.cached': observed.planMilliseconds === 0,
          });
          if (outcome === 'error') {
            const code = errors[0]?.extensions?.['code'];
            observed.span.fail(typeof code === 'string' ? code : 'unknown');
          }
          observed.span.end();
        }
      },
    }),
  };
}
