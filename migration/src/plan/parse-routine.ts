import { parsePlPgSQLSync } from 'libpg-query';
import type { Routine } from '../catalog/index.js';
import { mentionsOf, type Mentions } from './parse-sql.js';

/** What a routine's body mentions, as far as it can be read. */
export interface RoutineMentions extends Mentions {
  /** Why parts of it cannot be judged: another language, SQL that is put together when it runs. */
  readonly unread: ReadonlyArray<string>;
}

/** Reads a routine's body: SQL and PL/pgSQL by PostgreSQL's own parsers. Needs the parser loaded. */
export function mentionsOfRoutine(routine: Routine): RoutineMentions {
  if (routine.definition === undefined) return NOTHING;
  try {
    if (routine.language === 'plpgsql') return ofPlPgSql(routine.definition);
    // A body that was parsed at definition is part of the statement; a quoted one is a text inside it.
    if (routine.language === 'sql') return { ...mentionsOf(sqlBody(routine.definition)), unread: [] };
  } catch (error) {
    return { ...NOTHING, unread: [`its body cannot be parsed: ${(error as Error).message}`] };
  }
  return { ...NOTHING, unread: [`it is written in ${routine.language}`] };
}

const NOTHING: RoutineMentions = { kinds: [], relations: [], functions: [], unread: [] };

function sqlBody(definition: string): string {
  const quoted = /^AS (\$[A-Za-z_]*\$)/m.exec(definition);
  if (quoted === null) return definition;
  const begin = quoted.index + quoted[0].length;
  return definition.slice(begin, definition.lastIndexOf(String(quoted[1])));
}

function ofPlPgSql(definition: string): RoutineMentions {
  const parts: Mentions[] = [];
  const unread: string[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      node.forEach(visit);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key === 'PLpgSQL_stmt_dynexecute' || key === 'PLpgSQL_stmt_dynfors') {
        unread.push('it puts SQL together when it runs (EXECUTE)');
      }
      if (key === 'PLpgSQL_expr') {
        parts.push(ofExpression(value as Expression, unread));
      } else {
        visit(value);
      }
    }
  };
  visit(parsePlPgSQLSync(definition));
  return {
    kinds: parts.flatMap(({ kinds }) => kinds),
    relations: parts.flatMap(({ relations }) => relations),
    functions: parts.flatMap(({ functions }) => functions),
    unread: [...new Set(unread)],
  };
}

interface Expression {
  readonly query: string;
  /** PostgreSQL's `RawParseMode`: 0 a statement, 2 an expression, 3 to 5 an assignment. */
  readonly parseMode?: number;
}

function ofExpression({ query, parseMode = 0 }: Expression, unread: string[]): Mentions {
  const sql = parseMode === 0 ? query : `SELECT ${parseMode >= 3 ? query.replace(/^[^=]*?:?=/, '') : query}`;
  try {
    return mentionsOf(sql);
  } catch {
    unread.push(`it holds SQL that cannot be parsed: ${query}`);
    return NOTHING;
  }
}
