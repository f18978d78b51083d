import type { TellingGateway } from '../gateways/gateway.js';
import { startRouter, startStock } from '../gateways/peers.js';
import { startShop } from '../gateways/shop/start-shop.js';
import { readScale } from '../report/scale.js';
import { quantile, type BenchmarkResult, type Measurement } from '../report/measurement.js';
import { tell } from '../report/progress.js';
import { fillPlans, readMemory, watchMemory, type Memory } from './measure-memory.js';

const REQUESTS = 1_000_000;
const READINGS = 20;
const HEAP_MEGABYTES = 80;
/** How much larger the resident set of the last quarter may be than that of the second, noise of the allocator. */
const FLAT = 1.05;
const COLLECTS = ['--import', new URL('collect-on-request.js', import.meta.url).href];

/**
 * Measures what the router keeps in memory: with 1,000 plans, and over a million requests.
 *
 * @param args `--scale=0.1` for a tenth of the requests
 */
export async function measureMemory(args: ReadonlyArray<string>): Promise<BenchmarkResult> {
  const { scale, option } = readScale(args);
  const requests = Math.round((REQUESTS * scale) / READINGS) * READINGS;
  const shop = await startShop();
  try {
    tell('@apollo/gateway: 1,000 plans');
    const stock = await withGateway(await startStock(shop, COLLECTS), fillPlans);
    tell('this router: 1,000 plans');
    const own = await withGateway(await startRouter(shop, COLLECTS), async (router) => {
      const fresh = await readMemory(router, 0);
      const planned = await fillPlans(router);
      tell(`this router: ${requests.toLocaleString('en')} requests`);
      const readings = await watchMemory(router, { requests, every: requests / READINGS }, (memory) =>
        tell(`${memory.requests.toLocaleString('en')}: ${memory.resident.toFixed(0)} MB resident`),
      );
      return { fresh, planned, readings };
    });
    return {
      name: 'memory',
      title: 'What the router keeps in memory',
      command: ['npm run bench -- memory', ...option].join(' '),
      measurements: summarize(own, stock),
      details: { ...own, stock },
      sections: `## As requests go by\n\n${renderReadings(own.readings)}`,
      notes: [
        'Heap: JavaScript objects and the buffers that they hold, after a full collection. Resident: the resident set of the process under load, before the collection.',
        'The subgraphs, the operations and the settings of production are those of `gateways`; one request in ten is one of the 1,000 operations in turn.',
      ],
    };
  } finally {
    await shop.stop();
  }
}

async function withGateway<T>(
  gateway: TellingGateway,
  use: (gateway: TellingGateway) => Promise<T>,
): Promise<T> {
  try {
    return await use(gateway);
  } finally {
    await gateway.stop();
  }
}

interface Own {
  readonly fresh: Memory;
  readonly planned: Memory;
  readonly readings: ReadonlyArray<Memory>;
}

function summarize({ fresh, planned, readings }: Own, stock: Memory): ReadonlyArray<Measurement> {
  const quarter = Math.floor(readings.length / 4);
  const middle = (part: ReadonlyArray<Memory>, what: 'heap' | 'resident'): number =>
    quantile(
      part.map((memory) => memory[what]),
      0.5,
    );
  const second = readings.slice(quarter, 2 * quarter);
  const last = readings.slice(-quarter);
  const growth = (what: 'heap' | 'resident'): Measurement => {
    const value = middle(last, what) / middle(second, what);
    return {
      what: `${what}, last quarter over second quarter`,
      value,
      unit: '×',
      goal: `at most ${FLAT} ×`,
      isMet: value <= FLAT,
    };
  };
  return [
    { what: 'heap after the start', value: fresh.heap, unit: 'MB' },
    {
      what: 'heap with 1,000 plans',
      value: planned.heap,
      unit: 'MB',
      goal: `under ${HEAP_MEGABYTES}`,
      isMet: planned.heap < HEAP_MEGABYTES,
    },
    { what: 'heap with 1,000 plans, @apollo/gateway', value: stock.heap, unit: 'MB' },
    growth('heap'),
    growth('resident'),
    { what: 'resident, at most', value: Math.max(...readings.map(({ resident }) => resident)), unit: 'MB' },
  ];
}

function renderReadings(readings: ReadonlyArray<Memory>): string {
  const rows = readings.map(
    ({ requests, heap, resident }) =>
      `| ${requests.toLocaleString('en').padStart(9)} | ${heap.toFixed(1).padStart(7)} | ${resident.toFixed(1).padStart(11)} |`,
  );
  return ['|  requests | heap MB | resident MB |', '| --------: | ------: | ----------: |', ...rows].join(
    '\n',
  );
}
