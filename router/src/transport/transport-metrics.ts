import type { Metrics } from '@supergraph/platform/telemetry';
import { Counter, Gauge } from 'prom-client';
import type { BreakerState } from './breaker.js';
import type { SubgraphClient, SubgraphCounts } from './subgraph-client.js';

const STATES: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 };

/** Reports how the subgraphs are asked; everything is looked up when the metrics are read. */
export function reportTransport(metrics: Metrics, clients: () => ReadonlyArray<SubgraphClient>): void {
  const registers = [metrics.registry];
  new Gauge({
    name: 'subgraph_breaker_state',
    help: 'Breaker of each replica: 0 closed, 1 half-open, 2 open.',
    labelNames: ['subgraph', 'replica'],
    registers,
    collect() {
      this.reset();
      for (const { settings, replicas } of clients()) {
        replicas.forEach(({ breaker }, index) =>
          this.set({ subgraph: settings.name, replica: String(index) }, STATES[breaker]),
        );
      }
    },
  });
  reportNumber(
    'subgraph_requests_in_flight',
    'Requests that wait for a subgraph’s answer.',
    (client) => client.inFlight,
  );
  reportNumber('subgraph_requests_waiting', 'Requests that wait to be sent.', (client) => client.waiting);

  const told = new WeakMap<SubgraphClient, SubgraphCounts>();
  new Counter({
    name: 'subgraph_requests_not_sent_total',
    help: 'Requests that were not sent, by reason: open breaker, full queue, retry beyond the budget.',
    labelNames: ['subgraph', 'reason'],
    registers,
    collect() {
      for (const client of clients()) {
        const subgraph = client.settings.name;
        const before = told.get(client);
        const { counts } = client;
        this.inc({ subgraph, reason: 'open' }, counts.refusedOpen - (before?.refusedOpen ?? 0));
        this.inc({ subgraph, reason: 'full' }, counts.refusedFull - (before?.refusedFull ?? 0));
        this.inc({ subgraph, reason: 'budget' }, counts.retriesRefused - (before?.retriesRefused ?? 0));
        retries.inc({ subgraph }, counts.retries - (before?.retries ?? 0));
        told.set(client, { ...counts });
      }
    },
  });
  const retries = new Counter({
    name: 'subgraph_retries_total',
    help: 'Queries that were sent once more.',
    labelNames: ['subgraph'],
    registers,
  });

  function reportNumber(name: string, help: string, read: (client: SubgraphClient) => number): void {
    new Gauge({
      name,
      help,
      labelNames: ['subgraph'],
      registers,
      collect() {
        this.reset();
        for (const client of clients()) {
          this.inc({ subgraph: client.settings.name }, read(client));
        }
      },
    });
  }
}
