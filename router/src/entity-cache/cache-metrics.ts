import type { Metrics } from '@supergraph/platform/telemetry';
import { Counter, Gauge } from 'prom-client';
import type { EntityCache } from './entity-cache.js';

/** Shows in `/metrics` what the cache does; counted when it is read, so that requests do not pay for it. */
export function reportEntityCache({ registry }: Metrics, cache: EntityCache): void {
  const { store, counts } = cache;
  if (store === undefined) {
    return;
  }
  new Counter({
    name: 'entity_cache_lookups_total',
    help: 'Entities, and root fields of one fetch (type Query), that were looked for in the entity cache.',
    labelNames: ['subgraph', 'type', 'result'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { subgraph, type, hits, misses } of counts.values()) {
        this.inc({ subgraph, type, result: 'hit' }, hits);
        this.inc({ subgraph, type, result: 'miss' }, misses);
      }
    },
  });
  new Counter({
    name: 'entity_cache_invalidations_total',
    help: 'Entries that were removed because what they tell was changed.',
    labelNames: ['subgraph'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { name, invalidations } of cache.sources) {
        this.inc({ subgraph: name }, invalidations);
      }
    },
  });
  new Gauge({
    name: 'entity_cache_entries',
    help: 'Entries in the entity cache.',
    registers: [registry],
    collect() {
      this.set(store.entries);
    },
  });
  new Gauge({
    name: 'entity_cache_bytes',
    help: 'What the entries take, in bytes, as the bound counts it.',
    registers: [registry],
    collect() {
      this.set(store.bytes);
    },
  });
}
