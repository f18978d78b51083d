import type { Catalog } from '../catalog/index.js';
import type { Ownership } from './ownership.js';
import type { ServiceSummary } from './plan.js';

/** What the estimate of time goes by: megabytes a second, as measured between two servers on one small machine. */
export const ASSUMED_RATES = { copyMegabytes: 40, indexMegabytes: 60 } as const;

/** Slot, publication, subscription, schema: they take their time at any size. */
const SETUP_SECONDS = 3;

/** Sizes and time of each service; partitions count for the table that they are a part of. */
export function summarise(catalog: Catalog, ownership: Ownership): ReadonlyArray<ServiceSummary> {
  return ownership.services.map((name) => {
    const tables = catalog.tables.filter((table) => ownership.serviceOf(table) === name);
    const sum = (value: (table: (typeof tables)[number]) => number): number =>
      tables.reduce((total, table) => total + value(table), 0);
    const tableBytes = sum((table) => table.tableBytes);
    const indexBytes = sum((table) => table.indexBytes);
    return {
      name,
      tables: ownership.tables.filter(({ service }) => service === name).length,
      // The partitioned table's own estimate repeats that of its parts.
      estimatedRows: sum((table) => (table.kind === 'partitioned' ? 0 : (table.estimatedRows ?? 0))),
      tableBytes,
      indexBytes,
      estimatedSeconds: Math.ceil(
        SETUP_SECONDS +
          tableBytes / 1e6 / ASSUMED_RATES.copyMegabytes +
          indexBytes / 1e6 / ASSUMED_RATES.indexMegabytes,
      ),
    };
  });
}
