import type { Measurement } from './measurement.js';

/** An aligned Markdown table, which reads well as plain text too. */
export function renderTable(measurements: ReadonlyArray<Measurement>): string {
  const rows = [
    ['what', 'measured', 'goal', ''],
    ...measurements.map(({ what, value, unit, goal, isMet }) => [
      what,
      `${format(value)} ${unit}`,
      goal ?? '',
      isMet === undefined ? '' : isMet ? 'met' : 'missed',
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length), 3));
  const lines = rows.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  return lines.join('\n');
}

function format(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
