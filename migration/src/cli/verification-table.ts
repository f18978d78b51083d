import Table from 'cli-table3';
import type { VerificationReport } from '../verify/index.js';

const SHOWN = 20;

/** What a verification found, for a terminal. */
export function verificationTable({
  service,
  tables,
  references,
  fence,
  agrees,
}: VerificationReport): string {
  const compared = new Table({
    head: ['table', 'rows on the source', 'rows on the target', 'columns', 'differing ranges', 'ms'],
    style: { head: [], border: [] },
  });
  for (const { table, rows, columns, differingRanges, milliseconds } of tables) {
    compared.push([
      table,
      rows.source,
      rows.target,
      columns.length,
      differingRanges,
      Math.round(milliseconds),
    ]);
  }
  const differences = tables.flatMap(({ table, differences: found }) =>
    found.map(
      ({ key, kind, columns }) =>
        `  ${table} ${key.join(', ')}: ${kind}${columns.length === 0 ? '' : ` in ${columns.map(({ name }) => name).join(', ')}`}`,
    ),
  );
  const orphans = references
    .filter(({ orphans: count }) => count > 0)
    .map(
      ({ from, to, orphans: count, world }) =>
        `  ${count} of the references from ${from} to ${to} lead nowhere (${world === 'shared' ? 'in the old database' : 'each in its own database'})`,
    );
  return [
    compared.toString(),
    agrees
      ? `${service}: both sides agree in every row and column as of ${fence.at} (writers were kept out for ${fence.lockMilliseconds.toFixed(1)} ms).`
      : `${service}: the two sides differ:`,
    ...differences.slice(0, SHOWN),
    ...(differences.length > SHOWN
      ? [`  … and ${differences.length - SHOWN} more; --report writes them down`]
      : []),
    ...orphans,
  ].join('\n');
}
