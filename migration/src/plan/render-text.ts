import { shorten } from './check-plan.js';
import { alignTable, formatBytes, formatCount, formatSeconds, formatShare } from './format.js';
import type { Plan } from './plan.js';
import { ASSUMED_RATES } from './summarise.js';

/** The plan as tables for people. */
export function renderText(plan: Plan): string {
  return [
    `Database ${plan.database}, PostgreSQL ${Math.floor(plan.serverVersion / 10_000)}`,
    section('Services', servicesTable(plan)),
    section(`Foreign keys between services: ${plan.keys.length}`, keysTable(plan)),
    section(`Other things that services share: ${plan.objects.length}`, objectsTable(plan)),
    section(statementsTitle(plan), statementsTable(plan)),
    section(`In the way: ${plan.obstacles.length}`, obstaclesTable(plan)),
    section('Cannot be judged, read by a person', [
      ...plan.unreadRoutines.map(({ name, why }) => `${name}: ${why.join('; ')}`),
      ...plan.statements.unparsable.map(({ text, calls }) => `${formatCount(calls)} calls: ${shorten(text)}`),
    ]),
    section('Tables that no service has', plan.unmapped.length === 0 ? [] : [plan.unmapped.join(', ')]),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function section(title: string, lines: ReadonlyArray<string>): string {
  return lines.length === 0 ? '' : [title, '', ...lines.map((line) => `  ${line}`)].join('\n');
}

function servicesTable(plan: Plan): ReadonlyArray<string> {
  return [
    ...alignTable(
      ['service', 'tables', 'rows', 'data', 'indexes', 'time'],
      plan.services.map((service) => [
        service.name,
        formatCount(service.tables),
        `~${formatCount(service.estimatedRows)}`,
        formatBytes(service.tableBytes),
        formatBytes(service.indexBytes),
        `~${formatSeconds(service.estimatedSeconds)}`,
      ]),
      [1, 2, 3, 4, 5],
    ),
    '',
    `Time: at ${ASSUMED_RATES.copyMegabytes} MB/s of rows and ${ASSUMED_RATES.indexMegabytes} MB/s of indexes. Rows: as of the last ANALYZE.`,
  ];
}

function keysTable(plan: Plan): ReadonlyArray<string> {
  if (plan.keys.length === 0) return [];
  return alignTable(
    ['from', 'to', 'key', 'on delete', 'becomes', '', 'read together'],
    plan.keys.map((key) => [
      `${key.table} (${key.columns.join(', ')})`,
      `${key.references} (${key.referencedColumns.join(', ')})`,
      key.constraint,
      key.onDelete,
      key.replacement,
      key.decided ? '' : 'proposed',
      key.readTogether === 0 ? '' : `${formatShare(key.readTogether)} of calls`,
    ]),
  );
}

function objectsTable(plan: Plan): ReadonlyArray<string> {
  if (plan.objects.length === 0) return [];
  return alignTable(
    ['what', 'name', 'services', 'through', 'advice'],
    plan.objects.map(({ kind, name, services, through, advice }) => [
      kind,
      name,
      services.join(', '),
      shorten(through.join(', '), 60),
      advice,
    ]),
  );
}

function statementsTitle(plan: Plan): string {
  const { crossing, calls } = plan.statements;
  const share = crossing.reduce((sum, statement) => sum + statement.share, 0);
  return plan.statements.available
    ? `Statements that touch two services: ${crossing.length}, ${formatShare(share)} of ${formatCount(calls)} calls`
    : 'Statements that touch two services: not known';
}

function statementsTable(plan: Plan): ReadonlyArray<string> {
  const { crossing, notes, available } = plan.statements;
  const rows = crossing.map((statement) => [
    formatCount(statement.calls),
    formatShare(statement.share),
    `${statement.meanMilliseconds.toFixed(2)} ms`,
    statement.services.join(', '),
    shorten(statement.text, 90),
  ]);
  return [
    ...(rows.length === 0
      ? available
        ? ['None.']
        : []
      : alignTable(['calls', 'share', 'mean', 'services', 'statement'], rows, [0, 1, 2])),
    ...notes,
  ];
}

function obstaclesTable(plan: Plan): ReadonlyArray<string> {
  return plan.obstacles.flatMap(({ severity, what, remedy }) => [
    `${severity.padEnd(7)}  ${what}`,
    `${' '.repeat(7)}  → ${remedy}`,
  ]);
}
