import { displayName, type Catalog, type QualifiedName, type Routine } from '../catalog/index.js';
import { mentionsOfRoutine, type RoutineMentions } from './parse-routine.js';
import type { Mentions, WrittenName } from './parse-sql.js';

/** Turns what SQL mentions into the tables behind it. */
export interface Resolver {
  /** The table or view that a written name stands for. */
  relationOf(written: WrittenName, searchPath: ReadonlyArray<string>): QualifiedName | undefined;
  /** The tables that a relation stands for: itself, or all that a view reads, through other views too. */
  tablesBehind(relation: QualifiedName): ReadonlyArray<QualifiedName>;
  /** The tables that a statement touches, through views and functions too. */
  tablesOf(mentions: Mentions, searchPath: ReadonlyArray<string>): ReadonlyArray<QualifiedName>;
  /** The tables that a routine touches, with those of the routines that it calls. */
  tablesOfRoutine(routine: Routine): ReadonlyArray<QualifiedName>;
  /** What of a routine cannot be judged. */
  unreadOf(routine: Routine): ReadonlyArray<string>;
}

/**
 * Makes the resolver of one database. A name without a schema is looked up along the search path; a client may have set
 * another one than its role has, so a name that the path does not hold stands for the only relation that has it.
 */
export function createResolver(catalog: Catalog): Resolver {
  const tables = new Map(catalog.tables.map((table) => [displayName(table), table]));
  const views = new Map(catalog.views.map((view) => [displayName(view), view]));
  const relations = [...catalog.tables, ...catalog.views];
  const mentionsOfRoutines = new Map<Routine, RoutineMentions>();

  const find = (written: WrittenName, searchPath: ReadonlyArray<string>): QualifiedName | undefined => {
    if (written.schema !== undefined) {
      return relations.find(({ schema, name }) => schema === written.schema && name === written.name);
    }
    const candidates = relations.filter(({ name }) => name === written.name);
    return (
      searchPath.map((schema) => candidates.find((candidate) => candidate.schema === schema)).find(Boolean) ??
      (candidates.length === 1 ? candidates[0] : undefined)
    );
  };
  const behind = (relation: QualifiedName, seen: ReadonlySet<string>): ReadonlyArray<QualifiedName> => {
    const name = displayName(relation);
    const table = tables.get(name);
    if (table !== undefined) return [table];
    if (seen.has(name)) return [];
    return (views.get(name)?.reads ?? []).flatMap((read) => behind(read, new Set([...seen, name])));
  };
  const readRoutine = (routine: Routine): RoutineMentions => {
    const known = mentionsOfRoutines.get(routine);
    if (known !== undefined) return known;
    const read = mentionsOfRoutine(routine);
    mentionsOfRoutines.set(routine, read);
    return read;
  };
  const ofMentions = (
    mentions: Mentions,
    searchPath: ReadonlyArray<string>,
    seen: ReadonlySet<Routine>,
  ): ReadonlyArray<QualifiedName> => [
    ...mentions.relations.flatMap((written) => {
      const relation = find(written, searchPath);
      return relation === undefined ? [] : behind(relation, new Set());
    }),
    ...mentions.functions.flatMap((written) =>
      catalog.routines
        .filter(
          (routine) =>
            routine.name === written.name &&
            !seen.has(routine) &&
            (written.schema === undefined || routine.schema === written.schema),
        )
        .flatMap((routine) => ofRoutine(routine, seen)),
    ),
  ];
  const ofRoutine = (routine: Routine, seen: ReadonlySet<Routine>): ReadonlyArray<QualifiedName> => [
    ...routine.uses.flatMap((relation) => behind(relation, new Set())),
    ...ofMentions(
      readRoutine(routine),
      [...ownSearchPath(routine), routine.schema, 'public'],
      new Set([...seen, routine]),
    ),
  ];
  return {
    relationOf: find,
    tablesBehind: (relation) => distinct(behind(relation, new Set())),
    tablesOf: (mentions, searchPath) => distinct(ofMentions(mentions, searchPath, new Set())),
    tablesOfRoutine: (routine) => distinct(ofRoutine(routine, new Set())),
    unreadOf: (routine) => readRoutine(routine).unread,
  };
}

/** The search path that a routine sets for itself: `SET search_path TO 'shop', 'public'`. */
function ownSearchPath({ definition }: Routine): ReadonlyArray<string> {
  const set = definition === undefined ? null : /^ SET search_path TO (.+)$/m.exec(definition);
  return set === null ? [] : parseSearchPath(String(set[1]).replaceAll(`'`, ''));
}

/** The schemas of a search path as settings write it: `"$user", public`. */
export function parseSearchPath(text: string): ReadonlyArray<string> {
  return [...text.matchAll(/"((?:[^"]|"")*)"|([^\s,"]+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? String(plain).toLowerCase(),
  );
}

function distinct(names: ReadonlyArray<QualifiedName>): ReadonlyArray<QualifiedName> {
  return [...new Map(names.map((name) => [displayName(name), name])).entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, { schema, name }]) => ({ schema, name }));
}
