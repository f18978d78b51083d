import type { PageCost } from './measure-list.js';

const HEADINGS = [
  ...['list', 'page', 'statements', 'median', 'p99', 'prepared', 'median over prepared'],
  ...['OFFSET', 'OFFSET over prepared'],
];

/** A Markdown table with a line a page. */
export function renderColumns(costs: ReadonlyArray<PageCost>): string {
  const rows = costs.map((cost) => {
    const { list, page, statements, median, p99, preparedMedian, offsetMedian } = cost;
    return [
      ...[list, page, String(statements), format(median), format(p99), format(preparedMedian)],
      format(median / preparedMedian),
      offsetMedian === undefined ? '' : format(offsetMedian),
      offsetMedian === undefined ? '' : format(offsetMedian / preparedMedian),
    ];
  });
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: ReadonlyArray<string>): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(HEADINGS), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
