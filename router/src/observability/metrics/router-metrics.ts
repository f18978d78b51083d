import type { Metrics } from '@supergraph/platform/telemetry';
import { Counter, Gauge, Histogram } from 'prom-client';

/** What the router counts beside what every process counts. */
export interface RouterMetrics {
  readonly operationDuration: Histogram<'operation' | 'type' | 'outcome'>;
  readonly clientOperations: Counter<'client' | 'client_version' | 'outcome'>;
  readonly errors: Counter<'code' | 'subgraph'>;
  readonly fetchDuration: Histogram<'subgraph' | 'kind'>;
  readonly fetchFailures: Counter<'subgraph' | 'code'>;
  readonly representations: Counter<'subgraph'>;
  readonly planLookups: Counter<'result'>;
  readonly planDuration: Histogram<'reason'>;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Adds the router's metrics. Every label has a bounded number of values, whatever clients send.
 *
 * @param inFlight gives how many requests are under way
 */
export function createRouterMetrics({ registry }: Metrics, inFlight: () => number): RouterMetrics {
  const registers = [registry];
  new Gauge({
    name: 'router_operations_in_flight',
    help: 'GraphQL requests under way.',
    registers,
    collect() {
      this.set(inFlight());
    },
  });
  return {
    operationDuration: new Histogram({
      name: 'router_operation_duration_seconds',
      help: 'How long GraphQL requests took, by operation: those that are expected or frequent by name, all else as other.',
      labelNames: ['operation', 'type', 'outcome'],
      buckets: SECONDS,
      registers,
    }),
    clientOperations: new Counter({
      name: 'router_client_operations_total',
      help: 'GraphQL requests answered, by the program that sent them.',
      labelNames: ['client', 'client_version', 'outcome'],
      registers,
    }),
    errors: new Counter({
      name: 'router_errors_total',
      help: 'Errors told to clients, by code and by the subgraph that they come from.',
      labelNames: ['code', 'subgraph'],
      registers,
    }),
    fetchDuration: new Histogram({
      name: 'router_fetch_duration_seconds',
      help: 'How long fetches from subgraphs took, those that a cache answered included.',
      labelNames: ['subgraph', 'kind'],
      buckets: SECONDS,
      registers,
    }),
    fetchFailures: new Counter({
      name: 'router_fetch_failures_total',
      help: 'Fetches that got no answer.',
      labelNames: ['subgraph', 'code'],
      registers,
    }),
    representations: new Counter({
      name: 'router_representations_total',
      help: 'Representations of entities that fetches asked for.',
      labelNames: ['subgraph'],
      registers,
    }),
    planLookups: new Counter({
      name: 'router_plan_lookups_total',
      help: 'Executed operations whose plan was there (hit) or had to be made (miss).',
      labelNames: ['result'],
      registers,
    }),
    planDuration: new Histogram({
      name: 'router_plan_duration_seconds',
      help: 'How long it took to make a plan, for a request or before it is asked for.',
      labelNames: ['reason'],
      buckets: SECONDS,
      registers,
    }),
  };
}
