import type { Figures } from './measure.js';
import { drawBars } from '../report/draw-bars.js';
import { scenarios } from './scenarios.js';

/** Writes a table for every scenario, and draws processor time per request as bars. */
export function renderGateways(figures: ReadonlyArray<Figures>): {
  readonly tables: string;
  readonly chart: string;
} {
  const shown = scenarios
    .map((scenario) => ({ ...scenario, figures: figures.filter((each) => each.scenario === scenario.name) }))
    .filter((scenario) => scenario.figures.length > 0);
  const tables = shown
    .map(({ title, figures: own }) => `## ${sentence(title)}\n\n${table(own)}`)
    .join('\n\n');
  const chart = drawBars({
    title: 'Processor time per request, ms (shorter is better)',
    groups: shown.map(({ title, figures: own }) => ({
      title,
      bars: own.map(({ gateway, processorMillisecondsPerRequest }) => ({
        label: gateway,
        value: processorMillisecondsPerRequest,
      })),
    })),
  });
  return { tables, chart };
}

const COLUMNS: ReadonlyArray<readonly [string, (figures: Figures) => string]> = [
  ['gateway', ({ gateway }) => gateway],
  ['CPU ms/request', (each) => each.processorMillisecondsPerRequest.toFixed(3)],
  ['requests/s', (each) => each.requestsPerSecond.toFixed(0)],
  ['p50 ms', (each) => each.p50Milliseconds.toFixed(1)],
  ['p99 ms', (each) => each.p99Milliseconds.toFixed(1)],
  ['calls', (each) => each.subgraphCallsPerRequest.toFixed(2)],
  ['subgraph kB', (each) => (each.subgraphCharactersPerRequest / 1_000).toFixed(1)],
  ['answer kB', (each) => (each.answerCharacters / 1_000).toFixed(1)],
  ['peak MB', (each) => each.peakMegabytes.toFixed(0)],
];

function table(figures: ReadonlyArray<Figures>): string {
  const rows = [
    COLUMNS.map(([name]) => name),
    ...figures.map((each) => COLUMNS.map(([, write]) => write(each))),
  ];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(
    (row) =>
      `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`,
  );
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  lines.splice(1, 0, `| ${rule.join(' | ')} |`);
  return lines.join('\n');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
