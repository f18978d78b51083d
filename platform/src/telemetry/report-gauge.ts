import { Gauge } from 'prom-client';
import type { Metrics } from './metrics.js';

/**
 * Adds a number to the metrics that is looked up whenever they are read. When the look fails, such as without a
 * database, the number is left out and the rest of the page is there.
 *
 * @param options.read gives the number now
 */
export function reportGauge(
  metrics: Metrics,
  options: { readonly name: string; readonly help: string; readonly read: () => Promise<number> },
): void {
  const { name, help, read } = options;
  new Gauge({
    name,
    help,
    registers: [metrics.registry],
    async collect() {
      this.reset();
      const value = await read().catch(() => undefined);
      if (value !== undefined) {
        this.set(value);
      }
    },
  });
}
