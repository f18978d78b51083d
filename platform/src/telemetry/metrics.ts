import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';

/** What a process counts, in the Prometheus text format. */
export interface Metrics {
  readonly registry: Registry;
  /** HTTP requests by route and status, in seconds. */
  readonly httpDuration: Histogram<'route' | 'status'>;
  /** GraphQL operations by outcome; not by name, which a hostile client could make endless. */
  readonly operations: Counter<'outcome'>;
  /** SQL statements sent. */
  readonly sqlStatements: Counter;
}

/** Makes the metrics of one process, Node's own included. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    httpDuration: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'How long HTTP requests took.',
      labelNames: ['route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers: [registry],
    }),
    operations: new Counter({
      name: 'graphql_operations_total',
      help: 'GraphQL operations answered.',
      labelNames: ['outcome'],
      registers: [registry],
    }),
    sqlStatements: new Counter({
      name: 'sql_statements_total',
      help: 'SQL statements sent to the database.',
      registers: [registry],
    }),
  };
}
