import { displayName } from '../catalog/index.js';
import { servicesOf } from './find-objects.js';
import type { Ownership } from './ownership.js';
import { fingerprintOf, mentionsOfRecorded, worksWithRows } from './parse-sql.js';
import type { CrossingStatement, StatementReport } from './plan.js';
import type { RecordedStatements } from './read-statements.js';
import type { Resolver } from './resolve-names.js';

/** Finds every recorded statement that touches tables of two services. Needs the parser loaded. */
export function findCrossingStatements(
  recorded: RecordedStatements,
  ownership: Ownership,
  resolver: Resolver,
): StatementReport {
  if (!recorded.available) {
    return { available: false, notes: [recorded.reason], calls: 0, crossing: [], unparsable: [] };
  }
  const crossing = new Map<string, Omit<CrossingStatement, 'share'>>();
  const unparsable: { readonly text: string; readonly calls: number }[] = [];
  let calls = 0;
  for (const statement of recorded.statements) {
    const parsed = mentionsOfRecorded(statement.text);
    if (parsed === undefined) {
      unparsable.push({ text: statement.text, calls: statement.calls });
      continue;
    }
    if (!worksWithRows(parsed)) continue;
    const tables = resolver.tablesOf(parsed, statement.searchPath);
    const services = servicesOf(ownership, tables);
    calls += services.length > 0 ? statement.calls : 0;
    if (services.length < 2) continue;
    const fingerprint = fingerprintOf(statement.text);
    const before = crossing.get(fingerprint);
    const allCalls = statement.calls + (before?.calls ?? 0);
    const milliseconds = statement.totalMilliseconds + (before?.meanMilliseconds ?? 0) * (before?.calls ?? 0);
    crossing.set(fingerprint, {
      fingerprint,
      text: before?.text ?? statement.text,
      services: [...new Set([...services, ...(before?.services ?? [])])].sort(),
      tables: [...new Set([...tables.map(displayName), ...(before?.tables ?? [])])].sort(),
      calls: allCalls,
      meanMilliseconds: milliseconds / Math.max(allCalls, 1),
    });
  }
  return {
    available: true,
    notes: recorded.hidden === 0 ? [] : [hiddenNote(recorded.hidden)],
    calls,
    crossing: [...crossing.values()]
      .map((statement) => ({ ...statement, share: calls === 0 ? 0 : statement.calls / calls }))
      .sort((one, other) => other.calls - one.calls || (one.fingerprint < other.fingerprint ? -1 : 1)),
    unparsable,
  };
}

function hiddenNote(hidden: number): string {
  return (
    `${hidden} statements of other roles are hidden from this one. ` +
    'GRANT pg_read_all_stats to the role that plans, or connect as one that has it.'
  );
}
