import { fingerprintSync, loadModule, parseSync } from 'libpg-query';

/** A name as a statement writes it: with or without its schema. */
export interface WrittenName {
  readonly schema: string | undefined;
  readonly name: string;
}

/** What a statement mentions. */
export interface Mentions {
  /** What kinds of statement it is made of, as the parser calls them: `SelectStmt`, `TruncateStmt` … */
  readonly kinds: ReadonlyArray<string>;
  readonly relations: ReadonlyArray<WrittenName>;
  readonly functions: ReadonlyArray<WrittenName>;
}

/** Loads PostgreSQL's parser once; every other function of this file needs it. */
export function loadParser(): Promise<void> {
  return loadModule();
}

/**
 * Parses SQL by PostgreSQL's own grammar and collects the relations and functions that it mentions. Names that common
 * table expressions define are no relations; neither are the aliases after `FOR UPDATE OF`.
 *
 * @throws {Error} when PostgreSQL 18 could not parse it
 */
export function mentionsOf(sql: string): Mentions {
  const found: Found = { relations: new Map(), functions: new Map() };
  const { stmts = [] } = parseSync(sql);
  walk(stmts, new Set(), found);
  return {
    kinds: stmts.flatMap(({ stmt }) => Object.keys(stmt ?? {})),
    relations: [...found.relations.values()],
    functions: [...found.functions.values()],
  };
}

/** Whether a statement works with rows; others define tables and views, set parameters, begin transactions. */
export function worksWithRows({ kinds }: Mentions): boolean {
  return kinds.some((kind) => ROW_STATEMENTS.has(kind));
}

const ROW_STATEMENTS: ReadonlySet<string> = new Set([
  'SelectStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'CopyStmt',
  'TruncateStmt',
  'LockStmt',
  'CallStmt',
  'ExplainStmt',
  'DeclareCursorStmt',
  'PrepareStmt',
]);

/**
 * Parses a statement as `pg_stat_statements` keeps it, where a parameter may stand for a name that the grammar wants:
 * `SAVEPOINT $1`.
 *
 * @returns undefined when PostgreSQL 18 could not parse it
 */
export function mentionsOfRecorded(text: string): Mentions | undefined {
  for (const attempt of [text, text.replace(/\$(\d+)/g, 'parameter_$1')]) {
    try {
      return mentionsOf(attempt);
    } catch {
      continue;
    }
  }
  return undefined;
}

/**
 * The same text for statements that differ in constants, parameters and layout only.
 *
 * @throws {Error} when PostgreSQL 18 could not parse it
 */
export function fingerprintOf(sql: string): string {
  return fingerprintSync(sql);
}

interface Found {
  readonly relations: Map<string, WrittenName>;
  readonly functions: Map<string, WrittenName>;
}

type Node = Readonly<Record<string, unknown>>;

/** @param hidden names of common table expressions that are in scope */
function walk(node: unknown, hidden: ReadonlySet<string>, found: Found): void {
  if (Array.isArray(node)) {
    node.forEach((item) => walk(item, hidden, found));
    return;
  }
  if (!isNode(node)) return;
  const inside = isNode(node['withClause']) ? walkWith(node['withClause'], hidden, found) : hidden;
  for (const [key, value] of Object.entries(node)) {
    if (key === 'withClause' || key === 'lockedRels') continue;
    if (key === 'RangeVar' && isNode(value)) {
      addRelation(value, inside, found);
    } else if (isNode(value) && typeof value['relname'] === 'string') {
      // The target of an INSERT, UPDATE, DELETE or MERGE: never a common table expression.
      addRelation(value, new Set(), found);
    } else {
      if (key === 'FuncCall' && isNode(value)) addFunction(value['funcname'], found);
      walk(value, inside, found);
    }
  }
}

/** @returns the names in scope of the statement that the WITH clause belongs to */
function walkWith(clause: Node, hidden: ReadonlySet<string>, found: Found): ReadonlySet<string> {
  const expressions = (Array.isArray(clause['ctes']) ? clause['ctes'] : [])
    .map((item: unknown) => (isNode(item) ? item['CommonTableExpr'] : undefined))
    .filter(isNode);
  const names = new Set(hidden);
  if (clause['recursive'] === true) {
    expressions.forEach(({ ctename }) => names.add(String(ctename)));
  }
  for (const expression of expressions) {
    walk(expression, new Set(names), found);
    names.add(String(expression['ctename']));
  }
  return names;
}

function addRelation(range: Node, hidden: ReadonlySet<string>, found: Found): void {
  const name = String(range['relname']);
  const schema = typeof range['schemaname'] === 'string' ? range['schemaname'] : undefined;
  if (schema === undefined && hidden.has(name)) return;
  found.relations.set(JSON.stringify([schema, name]), { schema, name });
}

function addFunction(parts: unknown, found: Found): void {
  const names = (Array.isArray(parts) ? parts : []).flatMap((part: unknown) =>
    isNode(part) && isNode(part['String']) ? [String(part['String']['sval'])] : [],
  );
  const name = names.at(-1);
  if (name === undefined) return;
  const schema = names.at(-2);
  found.functions.set(JSON.stringify([schema, name]), { schema, name });
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
