import type pg from 'pg';
import { Gauge } from 'prom-client';
import type { Metrics } from '../telemetry/index.js';
import type { ConsumerStatus } from './consumer.js';

/** A consumer that never heard its source is as far behind as the process is old. */
const STARTED_AT = Date.now();

/**
 * Adds to the metrics how far each consumer is behind its source, and how many events it has parked:
 *
 * - `event_consumer_lag_seconds`: the age of the newest state that is known to be applied
 * - `event_consumer_state`: 1 for the state that it is in
 * - `event_consumer_parked`: parked events by state
 */
export function reportConsumers(
  metrics: Metrics,
  pool: pg.Pool,
  statuses: () => ReadonlyArray<ConsumerStatus>,
): void {
  const registers = [metrics.registry];
  new Gauge({
    name: 'event_consumer_lag_seconds',
    help: 'How old the newest state of its source is that a consumer has applied.',
    labelNames: ['consumer', 'source'],
    registers,
    collect() {
      this.reset();
      for (const { consumer, source, currentAt } of statuses()) {
        this.set({ consumer, source }, Math.max(0, Date.now() - (currentAt?.getTime() ?? STARTED_AT)) / 1000);
      }
    },
  });
  new Gauge({
    name: 'event_consumer_state',
    help: 'What a consumer is doing: 1 for the state that it is in.',
    labelNames: ['consumer', 'source', 'state'],
    registers,
    collect() {
      this.reset();
      for (const { consumer, source, state } of statuses()) {
        this.set({ consumer, source, state }, 1);
      }
    },
  });
  new Gauge({
    name: 'event_consumer_parked',
    help: 'Events that could not be applied, by what becomes of them.',
    labelNames: ['consumer', 'source', 'state'],
    registers,
    async collect() {
      this.reset();
      if (statuses().length === 0) {
        return;
      }
      // A database that is away costs this number only, not the whole page.
      const { rows } = await pool
        .query<{ consumer: string; source: string; state: string; count: number }>(
          'SELECT consumer, source, state, count(*)::int AS count FROM parked_events GROUP BY 1, 2, 3',
        )
        .catch(() => ({ rows: [] }));
      for (const { count, ...labels } of rows) {
        this.set(labels, count);
      }
    },
  });
}
